/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#pragma once

#include "types.h"

enum fragment_limits : __u32 {
	FRAGMENT_WAYS = 16, /* packets in pieces that one endpoint can have under way each way */
};

/* The ports of a packet whose first fragment has passed, for its later ones (RFC 791, RFC 8200). Each
 * endpoint has FRAGMENT_WAYS of these for what it sends and as many for what it gets, so that a flood of
 * fragments hurts nobody else, and one from outside not what the container sends. */
struct fragment {
	struct address source;
	struct address destination;
	__be32 id;
	__be16 source_port;
	__be16 destination_port;
	__u64 expires;  /* jiffies */
	__u32 sequence; /* odd while somebody writes the row */
	__u16 headers;  /* bytes from the start of the first fragment's content to the end of its headers */
	__u8 protocol;
	__u8 echo_request;
	__u8 echo_reply;
	__u8 icmp_type;
	__u8 reserved[6];
};
