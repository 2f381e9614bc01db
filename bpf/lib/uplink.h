/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What comes in by an uplink for a container: straight to its address, or to the uplink's as the answer to
 * what was masqueraded. It goes to the host end of the container's veth, whose program judges it. All else is
 * the host's own, and left as it came. */
#pragma once

#include <linux/pkt_cls.h>

#include "checksum.h"
#include "embedded.h"
#include "event.h"
#include "mark.h"
#include "nat.h"
#include "route.h"
#include "side.h"

CONFIG(struct address, uplink_ipv4, "The uplink's IPv4 address, as ::ffff:a.b.c.d.");
CONFIG(struct address, uplink_ipv6, "The uplink's IPv6 address.");

static __always_inline _Bool is_uplink_address(const struct packet *p)
{
	return is_ipv4(p) ? address_equal(&p->destination, &uplink_ipv4)
			  : address_equal(&p->destination, &uplink_ipv6);
}

static __always_inline _Bool fits(struct __sk_buff *skb, __u32 ifindex)
{
	__u32 mtu = 0;
	return bpf_check_mtu(skb, ifindex, &mtu, 0, BPF_MTU_CHK_SEGS) == BPF_MTU_CHK_RET_SUCCESS;
}

static __always_inline int hand_over(struct __sk_buff *skb, const struct packet *p,
				     const struct endpoint *endpoint)
{
	/* a priority tag ends here, as at a stack's doors */
	if (unlikely(skb->vlan_present) && bpf_skb_vlan_pop(skb))
		return -DROP_INTERNAL;
	int result = spend_forwarded_hop(skb, p);
	struct ethhdr *eth = header_at(skb, 0, sizeof(*eth));
	if (result || !eth)
		return result ? result : -DROP_TRUNCATED;
	mac_copy(eth->h_dest, &endpoint->mac);
	mac_copy(eth->h_source, &endpoint->host_mac);
	return bpf_redirect(endpoint->ifindex, 0);
}

/* Which container the packet is for; 0: none. */
static __always_inline __u32 destined_container(const struct packet *p)
{
	struct local_key key = {.address = p->destination, .network = network_id};
	struct local_value *local = bpf_map_lookup_elem(&local_endpoints, &key);
	return local ? local->endpoint : 0;
}

/* What cannot go on for its hops or its size. Where the host forwards from here its stack answers, or cuts
 * what may be cut. Where it does not, which nobody has to let it do, it would drop the packet without a word.
 */
static __always_inline int cannot_go_on(struct __sk_buff *skb, const struct packet *p, struct judgement *j,
					enum drop_reason reason)
{
	if (route_of(skb, p) == ROUTE_TO_HOST)
		return -(int)reason;
	if (reason != DROP_PACKET_TOO_BIG || !may_be_cut(skb, p))
		tell_drop(skb, p, j, reason);
	return TC_ACT_OK;
}

/* Straight to the container that it is for, if any. */
SUBPROGRAM int pass_to_container(struct __sk_buff *skb, const struct packet *p, struct judgement *j)
{
	if (!p || !j)
		return TC_ACT_OK;
	__u32 id = destined_container(p);
	struct endpoint *endpoint = id ? endpoint_row(id) : NULL;
	if (!endpoint || !endpoint->ifindex)
		return TC_ACT_OK;
	j->destination_endpoint = id;
	if (unlikely(is_link_local(&p->source)))
		return -DROP_INVALID_ADDRESS;
	if (unlikely(p->hop_limit <= 1))
		return cannot_go_on(skb, p, j, DROP_HOP_LIMIT_EXCEEDED);
	if (unlikely(!fits(skb, endpoint->ifindex)))
		return cannot_go_on(skb, p, j, DROP_PACKET_TOO_BIG);
	return hand_over(skb, p, endpoint);
}

static __always_inline _Bool may_be_masqueraded(const struct packet *p)
{
	if (p->protocol == IPPROTO_TCP || p->protocol == IPPROTO_UDP)
		return in_nat_range(p->destination_port);
	return !is_icmp(p) || p->icmp_error || (p->echo_reply && in_nat_range(p->destination_port));
}

/* What an answer to a masqueraded flow needs to find back, and an error about one. */
struct way_back {
	struct packet inner; /* embedded by an error */
	struct nat_key key;
	struct rewrite rewrite;
};

_Static_assert(sizeof(struct way_back) <= sizeof(struct scratch), "a row of scratch has room for it");

/* By the packet itself, or by the one that it embeds, which went the other way. */
static __always_inline int find_nat_key(struct __sk_buff *skb, const struct packet *p, struct way_back *way)
{
	if (likely(!p->icmp_error)) {
		way->key = (struct nat_key){
			.local = p->destination,
			.remote = p->source,
			.local_port = p->destination_port,
			.remote_port = p->source_port,
			.protocol = p->protocol,
		};
		return 0;
	}
	way->inner = (struct packet){};
	int result = parse_embedded(skb, p, &way->inner);
	way->key = (struct nat_key){
		.local = way->inner.source,
		.remote = way->inner.destination,
		.local_port = way->inner.source_port,
		.remote_port = way->inner.destination_port,
		.protocol = way->inner.protocol,
	};
	return result;
}

/* Is the way to the container open? The stack cannot be left to answer here: it would take the packet for its
 * own, as it bears an address of the host. */
static __always_inline int check_way_back(struct __sk_buff *skb, const struct packet *p,
					  const struct endpoint *endpoint, const struct nat_value *value)
{
	if (!endpoint_owns(endpoint, &value->container))
		return -DROP_NO_FLOW;
	if (p->hop_limit <= 1)
		return -DROP_HOP_LIMIT_EXCEEDED;
	return fits(skb, endpoint->ifindex) ? 0 : -DROP_PACKET_TOO_BIG;
}

/* The answer to a masqueraded flow gets its container's address back, and so does an error about one, with
 * what it embeds. That a live flow knows it, the container's own program demands. */
SUBPROGRAM int translate_back(struct __sk_buff *skb, const struct packet *p, struct judgement *j)
{
	__u32 first = 0;
	struct way_back *way = bpf_map_lookup_elem(&scratch, &first);
	if (!p || !j || !way || find_nat_key(skb, p, way))
		return TC_ACT_OK;
	struct nat_value *value = bpf_map_lookup_elem(&nat, &way->key);
	if (!value)
		return TC_ACT_OK;
	j->destination_endpoint = value->endpoint;
	struct endpoint *endpoint = endpoint_row(value->endpoint);
	int result = check_way_back(skb, p, endpoint, value);
	if (result)
		return result;
	way->rewrite = (struct rewrite){
		.from = way->key.local,
		.to = value->container,
		.from_port = way->key.local_port,
		.to_port = value->port,
		.own_sum_complete = p->protocol == IPPROTO_UDP && is_sum_of_content(p, sum_place(skb)),
	};
	if (unlikely(p->icmp_error)) {
		way->rewrite.is_source = 1;
		result = rewrite_embedded(skb, p, &way->inner, &way->rewrite);
		way->rewrite.is_source = 0;
	}
	if (!result)
		result = rewrite_side(skb, p, &way->rewrite);
	if (result)
		return result;
	skb->mark = MARK_TRANSLATED_BACK;
	return hand_over(skb, p, endpoint);
}
