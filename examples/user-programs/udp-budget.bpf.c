// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* So many UDP packets a second may a container send, or receive; what is more is dropped and counted. */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>

#define SEC(name)           __attribute__((section(name), used))
#define __uint(name, value) int(*name)[value]
#define __type(name, value) typeof(value) *name

static void *(*const bpf_map_lookup_elem)(void *map, const void *key) = (void *)BPF_FUNC_map_lookup_elem;
static __u64 (*const bpf_ktime_get_ns)(void) = (void *)BPF_FUNC_ktime_get_ns;

enum verdict {
	KEEP,
	DROP,
};

/* Packets a second, for whoever runs the container to change; 0 is as many as come. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} budget SEC(".maps");

/* UDP packets by verdict. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 2);
	__type(key, __u32);
	__type(value, __u64);
} packets SEC(".maps");

/* The second that it is, and what came in it. Two CPUs that begin a new one at the same time may let a packet
 * or two more through. */
static __u64 second, spent;

static _Bool is_udp(struct __sk_buff *skb)
{
	void *data = (void *)(long)skb->data, *end = (void *)(long)skb->data_end;
	struct ethhdr *ethernet = data;
	struct iphdr *ipv4 = (void *)(ethernet + 1);
	struct ipv6hdr *ipv6 = (void *)(ethernet + 1);
	if (skb->protocol == __builtin_bswap16(ETH_P_IP))
		return (void *)(ipv4 + 1) <= end && ipv4->protocol == IPPROTO_UDP;
	return (void *)(ipv6 + 1) <= end && ipv6->nexthdr == IPPROTO_UDP;
}

static _Bool is_over_budget(void)
{
	__u64 now = bpf_ktime_get_ns() / 1000000000;
	__u32 zero = 0;
	__u32 *limit = bpf_map_lookup_elem(&budget, &zero);
	if (now != second) {
		second = now;
		spent = 0;
	}
	__sync_fetch_and_add(&spent, 1);
	return limit && *limit && spent > *limit;
}

SEC("tc")
int udp_budget(struct __sk_buff *skb)
{
	if (!is_udp(skb))
		return KEEP;
	__u32 verdict = is_over_budget() ? DROP : KEEP;
	__u64 *count = bpf_map_lookup_elem(&packets, &verdict);
	if (count)
		__sync_fetch_and_add(count, 1);
	return verdict;
}
