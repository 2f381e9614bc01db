// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* What the agent lets the kernel do for it, by test runs: tell the time that flows are dated by, and remove
 * flows that have ended. */
#include "abi/collect.h"
#include "lib/flow_table.h"
#include "lib/side.h"

SEC("syscall")
int read_clock(struct clock_reading *reading)
{
	reading->jiffies = bpf_jiffies64();
	reading->nanoseconds = bpf_ktime_get_ns();
	return 0;
}

static __always_inline _Bool is_gone(__u32 endpoint, __u32 purge)
{
	if (!endpoint)
		return 0;
	struct endpoint *row = endpoint_row(endpoint);
	return endpoint == purge || !row || !row->ifindex;
}

/* Ends the flow now if it belongs to a container that is gone, and removes it if it has ended a while ago;
 * whether it was removed. */
SUBPROGRAM int reap_one(const struct flow_key *key, __u32 purge)
{
	if (!key)
		return 0;
	/* map helpers of Linux 6.1 take no pointer argument of a subprogram */
	struct flow_key own_key = *key;
	struct flow *flow = bpf_map_lookup_elem(&flows, &own_key);
	if (!flow)
		return 0;
	__u64 now = bpf_jiffies64();
	__u64 expires = flow_expires(flow);
	if (!flow_expired(expires, now)) {
		if (is_gone(flow->source_endpoint, purge) || is_gone(flow->destination_endpoint, purge))
			flow_end(flow, expires, now);
		return 0;
	}
	if (!flow_expired(expires + flow_ticks_grace, now) || !flow_take(flow, expires))
		return 0;
	struct flow removed = *flow; /* the element may be another flow's at once */
	if (bpf_map_delete_elem(&flows, &own_key)) {
		flow_give_back(flow, expires);
		return 0;
	}
	count_flow(removed.owner, removed.flags, -1);
	count_flow(0, 0, -1);
	if (removed.uplink)
		nat_release(key, translation_of(&removed), removed.flags);
	return 1;
}

/* Looks again at each key that the agent thinks is over; how many flows were removed. Made like a program for
 * packets since those run with softirqs off: no packet on this CPU comes in while an entry is held. */
SEC("tc")
int reap(struct __sk_buff *skb)
{
	void *data = CONTEXT_POINTER(skb, data);
	void *end = CONTEXT_POINTER(skb, data_end);
	const struct reap_request *request = data;
	if ((void *)(request + 1) > end)
		return 0;
	const struct flow_key *keys = (void *)(request + 1);
	__u32 purge = request->purge;
	int removed = 0;
	for (__u32 i = 0; i < REAP_KEYS; i++) {
		if ((void *)(keys + i + 1) > end)
			break;
		struct flow_key key = keys[i];
		removed += reap_one(&key, purge);
	}
	return removed;
}

const char program_license[] SEC("license") = "Dual BSD/GPL";
