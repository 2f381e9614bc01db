// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Gives a program under test the same packet again and again. BPF_PROG_TEST_RUN repeats on one buffer, and a program that delivers a packet
 * changes it: so before each run the changed bytes are put back, the ports are chosen, and the program is tail-called. What this costs is
 * measured with an empty program in its place, and subtracted. */
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/pkt_cls.h>

#include "abi/types.h"
#include "lib/bpf.h"

enum port_choice : __u32 {
	SAME_FLOW = 0,
	NEXT_FLOW = 1,	   /* one that was not there before */
	SHUFFLED_FLOW = 2, /* one of FLOWS, in an order that no cache guesses */
};

#define FLOWS	     (1 << 17)
#define FIRST_SOURCE 16384 /* above every destination port */

const volatile struct mac destination_mac;
const volatile struct mac source_mac;
const volatile __u16 ipv4_checksum; /* as on the wire */
const volatile __u8 hop_limit;
const volatile __u8 is_ipv6;
const volatile __u32 choice;
const volatile struct address source_address; /* as ::ffff:a.b.c.d for IPv4 */
const volatile __u16 source_port;      /* of the flow that stays the same; host order */
const volatile __u16 destination_port; /* of that flow, and the first of those that are walked through; host order */
const volatile __u32 source_port_bits; /* so many source ports are walked through before the next destination port */
const volatile __u32 networks;	       /* walked through by the destinations; 0: there is one destination */
const volatile __u32 first_network;    /* host order: of IPv4 the address, of IPv6 its second word */
const volatile __u32 network_distance; /* from one to the next */

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} subject SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} cursor SEC(".maps");

struct ports {
	__be16 source;
	__be16 destination;
};

/* Every number below FLOWS once in FLOWS steps (Hull and Dobell: a - 1 is a multiple of 4, c is odd). */
static __always_inline __u32 step(__u32 n)
{
	return choice == SHUFFLED_FLOW ? (n * 97381u + 54321u) % FLOWS : n + 1;
}

/* The walk jumps, so that no network is near the one before. */
static __always_inline __be32 network_of(__u32 n)
{
	return be32(first_network + n * 97381u % networks * network_distance);
}

/* Chooses the flow. A program that translates has changed the ports of one that stays the same, too. */
static __always_inline void choose_flow(struct ports *ports, __be32 *network)
{
	if (choice == SAME_FLOW) {
		ports->source = be16(source_port);
		ports->destination = be16(destination_port);
		return;
	}
	__u32 first = 0;
	__u32 *n = bpf_map_lookup_elem(&cursor, &first);
	if (!n)
		return;
	*n = step(*n);
	ports->source = be16(FIRST_SOURCE + (*n & ((1 << source_port_bits) - 1)));
	ports->destination = be16(destination_port + (*n % FLOWS >> source_port_bits));
	if (networks)
		*network = network_of(*n);
}

/* The IPv4 checksum is of the first destination: no program here looks at it, and those that change it do so
 * by difference. */
SEC("tc")
int replay(struct __sk_buff *skb)
{
	void *data = (void *)(long)skb->data;
	void *end = (void *)(long)skb->data_end;
	struct ethhdr *eth = data;
	if (data + ETH_HLEN + sizeof(struct ipv6hdr) + sizeof(struct ports) > end)
		return TC_ACT_SHOT;
	*(struct mac *)eth->h_dest = destination_mac;
	*(struct mac *)eth->h_source = source_mac;
	if (is_ipv6) {
		struct ipv6hdr *ip = data + ETH_HLEN;
		ip->hop_limit = hop_limit;
		*(struct address *)&ip->saddr = source_address;
		choose_flow((void *)(ip + 1), &ip->daddr.in6_u.u6_addr32[1]);
	} else {
		struct iphdr *ip = data + ETH_HLEN;
		ip->ttl = hop_limit;
		ip->check = ipv4_checksum;
		ip->saddr = source_address.words[3];
		choose_flow((void *)(ip + 1), &ip->daddr);
	}
	bpf_tail_call(skb, &subject, 0);
	return TC_ACT_SHOT;
}

/* What is subtracted. */
SEC("tc")
int empty(struct __sk_buff *skb)
{
	return TC_ACT_OK;
}

const char program_license[] SEC("license") = "Dual BSD/GPL";
