/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#pragma once

#include "types.h"

/* One combination of wildcards that a slot's entries use. A lookup tries only the combinations that exist, so
 * its cost does not grow with rules, peers or ports: most policies have one or two. Bits 0-4: length of the
 * port prefix (0-16). */
enum policy_shape : __u8 {
	SHAPE_PORT_MASK = 0x1f,
	SHAPE_PROTOCOL = 0x20, /* the protocol is given */
	SHAPE_PEER = 0x40,     /* the peer is given */
};

enum policy_limits : __u32 {
	MAX_SHAPES = 40,
};

struct policy_key {
	VARIANT_FIELD(__u32 variant);
	__u32 slot;
	__u32 peer; /* identity; 0 is every peer */
	enum direction direction;
	__u8 protocol; /* 0 is every protocol */
	__be16 port;   /* upper bits of the prefix, the rest 0 */
	__u8 port_prefix_length;
	__u8 reserved[3];
};

enum policy_verdict : __u8 {
	POLICY_ALLOW = 1,
	POLICY_DENY = 2,
};

/* A verdict in one number, with its rule above it. */
enum coded_verdict : __u32 {
	CODED_VERDICT_MASK = 3, /* enum policy_verdict */
	CODED_RULE_SHIFT = 2,
};

struct policy_value {
	VARIANT_FIELD(__u32 variant);
	__u32 precedence; /* the highest of all matching entries decides */
	__u32 rule;
	enum policy_verdict verdict;
	__u8 audit;
	__u8 auth_type;
	__u8 reserved;
	__be16 proxy_port;
	__u16 reserved2;
};

struct policy_direction {
	__u32 default_rule; /* told when no entry matches */
	__u8 enforced;      /* default deny */
	__u8 audit;
	__u8 shape_count;
	__u8 reserved;
	__u8 shapes[MAX_SHAPES];
};

/* The part of a generation that is not in the policy table. additions counts how often entries were added
 * since the generation began: before the peer of one can be met. */
struct slot {
	VARIANT_FIELD(__u32 variant);
	__u32 identity;
	__u32 generation;
	__u32 endpoint;
	__u32 additions;
	struct policy_direction directions[2];
};
