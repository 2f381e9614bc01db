/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#pragma once

#include "types.h"

/* Which side asks, so that a request is never taken for the reply to another's of the same identifier. */
enum echo_role : __u8 {
	ECHO_NONE = 0,
	ECHO_LOW_ASKS = 1,
	ECHO_HIGH_ASKS = 2,
};

/* Both directions of a flow have one key: the lower (address, port) comes first. Addresses and ports as on
 * the wire. ICMP echo: the asking side's port is the identifier, the other's 0. */
struct flow_key {
	struct address low;
	struct address high;
	__be16 low_port;
	__be16 high_port;
	__u8 protocol;
	enum echo_role role;
	__u16 network;
};

enum flow_flag : __u8 {
	FLOW_ORIGINATOR_LOW = 0x01, /* the first packet came from the low side */
	FLOW_REPLIED = 0x02,
	FLOW_AUDITED = 0x04,
	FLOW_OWN_ADDRESS = 0x08, /* leaves with the container's address, wherever it goes */
	FLOW_BY_HOST = 0x10,     /* the host itself speaks, by whatever address */
	FLOW_INCOMING = 0x20,    /* strangers opened it: how it is counted, for as long as its entry stands */
};

/* judged tells under what the flow was allowed: upper half the version of the original source, lower half
 * that of the destination. The version of a container is its generation, that of a remote address its epoch.
 * 0 as a whole: by nobody. One store sets both. */
struct flow {
	VARIANT_FIELD(__u64 variant);
	__u64 judged;
	__u64 expires; /* jiffies */
	__u8 flags;
	__u8 tcp_flags_original; /* all that were seen */
	__u8 tcp_flags_reply;
	__u8 encryption_key;
	__u16 source_endpoint;      /* 0: not on this node */
	__u16 destination_endpoint; /* 0: not on this node */
	__u32 source_identity;
	__u32 destination_identity;
	__u32 egress_rule;
	__u32 ingress_rule;
	__u16 owner; /* whose quota it counts against */
	__be16 proxy_port;
	__u32 service;   /* link to the service that was translated */
	__u16 uplink;    /* row of the uplink by whose address the source is masqueraded; 0: it is not */
	__be16 nat_port; /* source port or echo identifier there */
	__be16 backend_port;
	__u16 reserved;
	struct address backend; /* destination after translation */
};
