// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The least that any datapath with two veth pairs pays: a redirect; and a redirect with the state of one connection. */
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/pkt_cls.h>

#include "abi/types.h"
#include "lib/bpf.h"

const volatile __u32 other_ifindex; /* host end of the other container's veth */

struct connection {
	struct address low;
	struct address high;
	__be16 low_port;
	__be16 high_port;
	__u32 protocol;
};

struct state {
	__u64 last_seen; /* jiffies */
	__u64 packets;
};

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 524288);
	__type(key, struct connection);
	__type(value, struct state);
} connections SEC(".maps");

SEC("tc")
int redirect(struct __sk_buff *skb)
{
	return bpf_redirect_peer(other_ifindex, 0);
}

struct ports {
	__be16 source;
	__be16 destination;
};

/* Ordered by the ports alone: the client's are always above the server's here. */
static __always_inline void order(struct connection *c, const struct address *from, const struct address *to, const struct ports *p)
{
	_Bool swap = host16(p->source) > host16(p->destination);
	c->low = swap ? *to : *from;
	c->high = swap ? *from : *to;
	c->low_port = swap ? p->destination : p->source;
	c->high_port = swap ? p->source : p->destination;
}

static __always_inline _Bool read_connection(struct __sk_buff *skb, struct connection *c)
{
	void *data = (void *)(long)skb->data;
	void *end = (void *)(long)skb->data_end;
	struct address from = {}, to = {};
	if (skb->protocol == be16(ETH_P_IP)) {
		struct iphdr *ip = data + ETH_HLEN;
		struct ports *p = (void *)(ip + 1);
		if ((void *)(p + 1) > end)
			return 0;
		from.words[3] = ip->saddr;
		to.words[3] = ip->daddr;
		c->protocol = ip->protocol;
		order(c, &from, &to, p);
		return 1;
	}
	struct ipv6hdr *ip = data + ETH_HLEN;
	struct ports *p = (void *)(ip + 1);
	if ((void *)(p + 1) > end)
		return 0;
	__builtin_memcpy(&from, &ip->saddr, sizeof(from));
	__builtin_memcpy(&to, &ip->daddr, sizeof(to));
	c->protocol = ip->nexthdr;
	order(c, &from, &to, p);
	return 1;
}

SEC("tc")
int redirect_with_state(struct __sk_buff *skb)
{
	struct connection c = {};
	if (!read_connection(skb, &c))
		return TC_ACT_SHOT;
	struct state *known = bpf_map_lookup_elem(&connections, &c);
	if (known) {
		known->last_seen = bpf_jiffies64();
		known->packets++;
	} else {
		struct state fresh = {.last_seen = bpf_jiffies64(), .packets = 1};
		bpf_map_update_elem(&connections, &c, &fresh, BPF_ANY);
	}
	return bpf_redirect_peer(other_ifindex, 0);
}

const char program_license[] SEC("license") = "Dual BSD/GPL";
