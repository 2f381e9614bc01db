/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#pragma once

#include "drop.h"
#include "types.h"

enum event_type : __u8 {
	EVENT_FORWARDED = 1, /* first packet of a flow */
	EVENT_DROPPED = 2,
};

/* At index 0, per CPU. */
struct event_counters {
	__u64 lost;     /* found the ring full */
	__u64 woken_at; /* jiffies: when the reader was last woken */
};

/* One verdict, as it stands in the ring buffer. */
struct event {
	__u64 timestamp; /* ns, CLOCK_MONOTONIC */
	enum event_type type;
	enum direction direction; /* of the policy that decided, or of the hook */
	__u8 protocol;
	__u8 tcp_flags;
	__u16 ethertype; /* host order */
	__u16 endpoint;  /* whose program gave the verdict */
	enum drop_reason reason;
	__u32 rule;
	__u32 generation;
	__u32 length; /* bytes, from the Ethernet header on */
	struct address source;
	struct address destination;
	__be16 source_port;
	__be16 destination_port;
	__u16 source_endpoint;
	__u16 destination_endpoint;
	__u32 source_identity;
	__u32 destination_identity;
	__u8 icmp_type;
	__u8 icmp_code;
	__u8 reply;
	__u8 reserved[5];
};
