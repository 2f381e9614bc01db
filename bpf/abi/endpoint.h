/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#pragma once

#include "types.h"

enum endpoint_limits : __u32 {
	MAX_ENDPOINTS = 4096,   /* 0 stands for "not local" */
	MAX_SLOTS = 16384,      /* generations that exist at one time, of all endpoints */
	MAX_INTERFACES = 65536, /* places by the lower bits of an interface's index; a power of two */
};

enum endpoint_flag : __u32 {
	ENDPOINT_USER_INGRESS = 1, /* delivered by its entry of user_deliveries */
};

/* A row of the endpoint table, by endpoint id; one cache line, memory-mapped by the agent.
 * Row 0 is nobody's: its commit keeps the last generation given out, its flags the layout version of all
 * maps, its network the oldest version that reads them. commit is the only commit point: the generation in
 * the upper 32 bits, its slot in the lower 32, stored at once. 0 means that there is no generation, and
 * nothing passes. Generations are unique within the agent and never 0. */
struct endpoint {
	VARIANT_FIELD(__u64 variant);
	__u64 commit;
	__u32 ifindex; /* host end of the veth */
	__u32 network; /* network id: overlapping ranges live in different networks */
	struct mac mac;
	struct mac host_mac;
	__u32 flags;
	struct address ipv4;
	struct address ipv6;
};

/* Address of a container on this node to its endpoint. */
struct local_key {
	struct address address;
	__u32 network;
	__u32 reserved;
};

struct local_value {
	__u16 endpoint;
	__u16 reserved[3];
};

/* Packets and bytes of one endpoint, per CPU. */
struct endpoint_counters {
	__u64 egress_packets;
	__u64 egress_bytes;
	__u64 ingress_packets;
	__u64 ingress_bytes;
	__u64 drops;
};

/* Per CPU, at index reason * 2 + direction. */
struct drop_counters {
	__u64 packets;
	__u64 bytes;
};

/* Flows that an endpoint owns; row 0: of all endpoints. Changed by programs only, atomically and together
 * with the table. Signed, since a flow is counted just after it is made. */
struct flow_quota {
	__s32 flows;
	__s32 incoming; /* those of them that have FLOW_INCOMING; not told in row 0 */
};
