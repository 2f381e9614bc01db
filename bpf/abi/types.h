/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Words that every layout uses. What crosses the border to user space has no holes: pad by hand, reserve on
 * purpose. */
#pragma once

#include <linux/types.h>

/* An address of either family: IPv6 as it is, IPv4 as ::ffff:a.b.c.d (RFC 4291, 2.5.5.2), in network order.
 * One form for both families keeps tables and code shared; real IPv6 packets with such addresses are dropped
 * when parsed. */
struct address {
	union {
		__u8 bytes[16];
		__be32 words[4];
		__u64 halves[2];
	};
};

struct mac {
	__be16 words[3];
};

/* As seen from the container. */
enum direction : __u8 {
	DIRECTION_INGRESS = 0,
	DIRECTION_EGRESS = 1,
};

/* Identities that need no table (the numbers of Cilium). */
enum reserved_identity : __u32 {
	IDENTITY_UNKNOWN = 0,
	IDENTITY_HOST = 1,
	IDENTITY_WORLD = 2,
};

/* Layout version of all pinned maps together; raised when any of them changes its meaning. */
enum layout : __u32 {
	LAYOUT_VERSION = 2,
};
