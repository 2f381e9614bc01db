/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Words that every layout uses. What crosses the border to user space has no holes: pad by hand, reserve on
 * purpose. */
#pragma once

#include <linux/types.h>

/* A field that only the build for tests of upgrades has, in which tables are laid out otherwise. */
#ifdef LAYOUT_VARIANT
#define VARIANT_FIELD(field) field
#else
#define VARIANT_FIELD(field)
#endif

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

/* Layout version of all pinned maps together; raised when any of them changes its meaning. Where fields stand
 * may change freely: agents carry them over by their names. LAYOUT_OLDEST is the oldest version that reads
 * tables of this one, and that this one reads. */
enum layout : __u32 {
	LAYOUT_VERSION = 2,
	LAYOUT_OLDEST = 2,
};
