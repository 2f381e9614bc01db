/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Counting and telling. Established packets are counted only. */
#pragma once

#include "config.h"
#include "maps.h"
#include "packet.h"

static __always_inline void count_packet(__u32 endpoint, enum direction direction, __u32 length)
{
	struct endpoint_counters *counters = bpf_map_lookup_elem(&endpoint_counts, &endpoint);
	if (!counters)
		return;
	if (direction == DIRECTION_EGRESS) {
		counters->egress_packets++;
		counters->egress_bytes += length;
	} else {
		counters->ingress_packets++;
		counters->ingress_bytes += length;
	}
}

/* By the direction whose policy or hook refused the packet. */
static __always_inline void count_drop(__u32 reason, const struct judgement *j, __u32 length)
{
	__u32 index = reason * 2 + j->direction;
	struct drop_counters *drops = bpf_map_lookup_elem(&drop_counts, &index);
	if (drops) {
		drops->packets++;
		drops->bytes += length;
	}
	index = j->endpoint;
	struct endpoint_counters *counters = bpf_map_lookup_elem(&endpoint_counts, &index);
	if (counters)
		counters->drops++;
}

/* Waking the reader costs more than the event, so it is done once a tick and CPU. What comes later in the
 * tick the reader finds by itself, since it looks again within two ticks before it sleeps. */
static __always_inline __u64 wakeup_flag(struct event_counters *counters)
{
	__u64 now = bpf_jiffies64();
	if (counters->woken_at == now)
		return BPF_RB_NO_WAKEUP;
	counters->woken_at = now;
	return BPF_RB_FORCE_WAKEUP;
}

SUBPROGRAM int emit_event(struct __sk_buff *skb, const struct packet *p, const struct judgement *j,
			  enum event_type type, enum drop_reason reason)
{
	if (!p || !j)
		return -DROP_INTERNAL;
	__u32 first = 0;
	struct event_counters *counters = bpf_map_lookup_elem(&event_counts, &first);
	if (!counters)
		return -DROP_INTERNAL;
	struct event *event = bpf_ringbuf_reserve(&events, sizeof(*event), 0);
	if (!event) {
		counters->lost++;
		return 0;
	}
	*event = (struct event){
		.timestamp = bpf_ktime_get_ns(),
		.type = type,
		.direction = j->direction,
		.protocol = p->protocol,
		.tcp_flags = p->tcp_flags,
		.ethertype = p->ethertype,
		.endpoint = j->endpoint,
		.reason = reason,
		.rule = deciding_rule(j),
		.generation = j->generation,
		.length = skb->len,
		.source = p->source,
		.destination = p->destination,
		.source_port = p->source_port,
		.destination_port = p->destination_port,
		.source_endpoint = j->source_endpoint,
		.destination_endpoint = j->destination_endpoint,
		.source_identity = j->source_identity,
		.destination_identity = j->destination_identity,
		.icmp_type = p->icmp_type,
		.icmp_code = p->icmp_code,
		.reply = j->reply,
	};
	bpf_ringbuf_submit(event, wakeup_flag(counters));
	return 0;
}

/* Counts a drop and tells it. Once for a packet: who was answered instead may still fail to be. */
SUBPROGRAM int tell_drop(struct __sk_buff *skb, const struct packet *p, struct judgement *j,
			 enum drop_reason reason)
{
	if (!p || !j || j->told_drop)
		return 0;
	j->told_drop = 1;
	count_drop(reason, j, skb->len);
	return emit_event(skb, p, j, EVENT_DROPPED, reason);
}
