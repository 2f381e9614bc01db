/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* All maps. They are shared by the programs of all endpoints of one agent and pinned below its root. */
#pragma once

#include "../abi/endpoint.h"
#include "../abi/event.h"
#include "../abi/flow.h"
#include "../abi/fragment.h"
#include "../abi/ipcache.h"
#include "../abi/nat.h"
#include "../abi/policy.h"
#include "bpf.h"

#define PINNED 1

#define KEYED_MAP(name, kind, key_type, value_type, count, flags)                                            \
	struct {                                                                                             \
		__uint(type, kind);                                                                          \
		__uint(max_entries, count);                                                                  \
		__type(key, key_type);                                                                       \
		__type(value, value_type);                                                                   \
		__uint(map_flags, flags);                                                                    \
		__uint(pinning, PINNED);                                                                     \
	} name SEC(".maps")

#define ARRAY_MAP(name, kind, value_type, count, flags) KEYED_MAP(name, kind, __u32, value_type, count, flags)

ARRAY_MAP(endpoints, BPF_MAP_TYPE_ARRAY, struct endpoint, MAX_ENDPOINTS, BPF_F_MMAPABLE);
/* Interface, by the lower bits of its index, to the id of the endpoint whose host end it is; 0: none. */
ARRAY_MAP(interfaces, BPF_MAP_TYPE_ARRAY, __u32, MAX_INTERFACES, BPF_F_MMAPABLE);
ARRAY_MAP(slots, BPF_MAP_TYPE_ARRAY, struct slot, MAX_SLOTS, 0);
ARRAY_MAP(epochs, BPF_MAP_TYPE_ARRAY, struct epoch, EPOCH_COUNT, BPF_F_MMAPABLE);
ARRAY_MAP(flow_quotas, BPF_MAP_TYPE_ARRAY, struct flow_quota, MAX_ENDPOINTS, BPF_F_MMAPABLE);
ARRAY_MAP(endpoint_counts, BPF_MAP_TYPE_PERCPU_ARRAY, struct endpoint_counters, MAX_ENDPOINTS, 0);
/* Packets that found their flow judged under what no longer holds. */
ARRAY_MAP(judged_again, BPF_MAP_TYPE_PERCPU_ARRAY, __u64, MAX_ENDPOINTS, 0);
ARRAY_MAP(drop_counts, BPF_MAP_TYPE_PERCPU_ARRAY, struct drop_counters, DROP_REASON_COUNT * 2, 0);
ARRAY_MAP(fragments, BPF_MAP_TYPE_ARRAY, struct fragment, MAX_ENDPOINTS *FRAGMENT_WAYS * 2, 0);

/* By endpoint: what delivers to one that has a program of the user's for what it receives. */
struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, MAX_ENDPOINTS);
	__type(key, __u32);
	__type(value, __u32);
	__uint(pinning, PINNED);
} user_deliveries SEC(".maps");

/* For what is too much for the stack, while one packet is worked on. */
struct scratch {
	__u64 words[20];
};
ARRAY_MAP(scratch, BPF_MAP_TYPE_PERCPU_ARRAY, struct scratch, 1, 0);
ARRAY_MAP(event_counts, BPF_MAP_TYPE_PERCPU_ARRAY, struct event_counters, 1, 0);

/* Entries come and go with the containers: no memory for those that are not there. */
KEYED_MAP(local_endpoints, BPF_MAP_TYPE_HASH, struct local_key, struct local_value, MAX_ENDPOINTS * 2,
	  BPF_F_NO_PREALLOC);
KEYED_MAP(policy, BPF_MAP_TYPE_HASH, struct policy_key, struct policy_value, 1 << 20, BPF_F_NO_PREALLOC);
KEYED_MAP(ipcache, BPF_MAP_TYPE_LPM_TRIE, struct ipcache_key, struct ipcache_value, 512000,
	  BPF_F_NO_PREALLOC);
/* Not an LRU: one container must not evict the flows of another. The agent makes it larger than
 * flow_capacity, by what CPUs may open at the same instant, so that it never refuses what the counts allow.
 * The memory is there from the start: a new flow costs half of what it would if it had to be found first. */
KEYED_MAP(flows, BPF_MAP_TYPE_HASH, struct flow_key, struct flow, 131072, 0);

/* Masquerade. A flow has at most one entry, so as many as flows. */
KEYED_MAP(nat, BPF_MAP_TYPE_HASH, struct nat_key, struct nat_value, 131072, 0);
ARRAY_MAP(uplinks, BPF_MAP_TYPE_ARRAY, struct uplink, MAX_UPLINKS, 0);
/* Interface to the row of uplinks that new flows take. */
KEYED_MAP(uplink_rows, BPF_MAP_TYPE_HASH, __u32, __u32, MAX_UPLINKS, BPF_F_NO_PREALLOC);
/* Destinations that see containers by their own addresses. Asked for the first packet of a flow only. */
KEYED_MAP(nat_exclusions, BPF_MAP_TYPE_LPM_TRIE, struct ipcache_key, struct nat_exclusion, 65536,
	  BPF_F_NO_PREALLOC);

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 1 << 20);
	__uint(pinning, PINNED);
} events SEC(".maps");
