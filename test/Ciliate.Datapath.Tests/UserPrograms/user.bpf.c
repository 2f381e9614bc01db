// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Programs as users write them, fit and unfit. */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>

#define SEC(name)	    __attribute__((section(name), used))
#define __noinline	    __attribute__((noinline))
#define __uint(name, value) int (*name)[value]
#define __type(name, value) typeof(value) *name

static void *(*const map_lookup_elem)(void *map, const void *key) = (void *)BPF_FUNC_map_lookup_elem;
static long (*const skb_store_bytes)(struct __sk_buff *skb, __u32 offset, const void *from, __u32 length,
				     __u64 flags) = (void *)BPF_FUNC_skb_store_bytes;

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 2);
	__type(key, __u32);
	__type(value, __u64);
} seen SEC(".maps");

/* Of an IP packet without options or extension headers; -1 of another. */
static __noinline int protocol_of(struct __sk_buff *skb)
{
	void *data = (void *)(long)skb->data, *end = (void *)(long)skb->data_end;
	struct ethhdr *eth = data;
	struct iphdr *ipv4 = (void *)(eth + 1);
	struct ipv6hdr *ipv6 = (void *)(eth + 1);
	if (skb->protocol == __builtin_bswap16(ETH_P_IP) && (void *)(ipv4 + 1) <= end)
		return ipv4->protocol;
	if (skb->protocol == __builtin_bswap16(ETH_P_IPV6) && (void *)(ipv6 + 1) <= end)
		return ipv6->nexthdr;
	return -1;
}

/* Counts what it keeps at 0, what it drops at 1. */
SEC("tc")
int no_udp(struct __sk_buff *skb)
{
	__u32 drop = protocol_of(skb) == IPPROTO_UDP;
	__u64 *count = map_lookup_elem(&seen, &drop);
	if (count)
		__sync_fetch_and_add(count, 1);
	return drop;
}

SEC("tc")
int marks(struct __sk_buff *skb)
{
	skb->mark = 1;
	return 0;
}

SEC("tc")
int writes(struct __sk_buff *skb)
{
	__u8 *data = (void *)(long)skb->data;
	if ((void *)(data + 1) <= (void *)(long)skb->data_end)
		*data = 0;
	return 0;
}

SEC("tc")
int stores(struct __sk_buff *skb)
{
	__u32 zero = 0;
	skb_store_bytes(skb, 0, &zero, sizeof(zero), 0);
	return 0;
}

SEC("tc")
int unbounded(struct __sk_buff *skb)
{
	const __u8 *data = (void *)(long)skb->data;
	return data[20];
}

/* Fits the stack that it would have to itself, and not what is left of it. */
SEC("tc")
int deep(struct __sk_buff *skb)
{
	volatile __u8 stack[500];
	stack[skb->len & 255] = 1;
	return stack[skb->hash & 255] & 1;
}

/* Keeps everything. */
SEC("tc")
int nothing(struct __sk_buff *skb)
{
	return 0;
}

/* As deep as docs/user-programs.md says that one may be. */
SEC("tc")
int roomy(struct __sk_buff *skb)
{
	volatile __u8 stack[192];
	stack[skb->len & 127] = 1;
	return stack[skb->hash & 127] & 1;
}
