/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#pragma once

#include "types.h"

enum nat_limits : __u32 {
	MAX_UPLINKS = 256, /* rows; 0 stands for "not masqueraded" */
};

/* An interface to the outside with the addresses that containers take there. A row never changes its
 * interface or addresses: flows name it. A new address is a new row. */
struct uplink {
	__u32 ifindex; /* 0: unused */
	__u32 mtu;
	__u32 strict; /* what comes in there must be from where an answer would leave by it */
	__u32 reserved;
	struct address ipv4; /* as ::ffff:a.b.c.d; all zero: none */
	struct address ipv6; /* all zero: none */
};

/* Says that a prefix of destinations is not masqueraded. */
struct nat_exclusion {
	__u32 reserved;
};

/* A masqueraded flow as its replies show it. ICMP echo: the identifier is the local port, the remote one 0.
 * Protocols without ports have 0 for both. */
struct nat_key {
	struct address local; /* of the uplink */
	struct address remote;
	__be16 local_port;
	__be16 remote_port;
	__u8 protocol;
	__u8 reserved[3];
};

/* Whose it is. Lives as long as its flow. */
struct nat_value {
	VARIANT_FIELD(__u32 variant);
	struct address container;
	__be16 port;
	__u16 endpoint;
	__u16 uplink;
	__u16 network;
};
