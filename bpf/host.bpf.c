// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The hook at an interface to the outside. */
#include "lib/event.h"
#include "lib/fragment.h"
#include "lib/uplink.h"

/* What the host gets most of, told by a look at its headers: a packet to the uplink's own address and to a
 * port that is not kept for masquerade. */
static __always_inline _Bool is_plainly_the_hosts(struct __sk_buff *skb)
{
	__u32 transport = ETH_HLEN;
	__u8 protocol;
	if (skb->protocol == be16(ETH_P_IP)) {
		struct iphdr *ip = header_at(skb, ETH_HLEN, sizeof(*ip));
		if (!ip || ip->ihl != 5 || (ip->frag_off & be16(0x3fff)) || ip->daddr != uplink_ipv4.words[3])
			return 0;
		protocol = ip->protocol;
		transport += sizeof(*ip);
	} else {
		struct ipv6hdr *ip = header_at(skb, ETH_HLEN, sizeof(*ip));
		if (!ip || !address_equal((struct address *)&ip->daddr, &uplink_ipv6))
			return 0;
		protocol = ip->nexthdr;
		transport += sizeof(*ip);
	}
	if (protocol != IPPROTO_TCP && protocol != IPPROTO_UDP)
		return 0;
	struct ports *ports = header_at(skb, transport, sizeof(*ports));
	return ports && !in_nat_range(ports->destination);
}

/* What was sent to an address of the host's, as an answer to a container may have been. The ports of pieces
 * are in the rows of endpoint 0, which is nobody's. */
static __always_inline int pass_answer(struct __sk_buff *skb, struct packet *p, struct judgement *j)
{
	if (unlikely(p->fragment == FRAGMENT_LATER) && fragment_recall(p, fragment_set(j->endpoint, 0)))
		return TC_ACT_OK;
	if (!may_be_masqueraded(p))
		return TC_ACT_OK;
	int result = translate_back(skb, p, j);
	if (unlikely(p->fragment == FRAGMENT_FIRST) && result == TC_ACT_REDIRECT)
		fragment_remember(p, fragment_set(j->endpoint, 0));
	return result;
}

/* A packet against the rules: the stack knows what to do with its own, but would drop a container's without a
 * word, or make another of it: put together with other pieces and cut anew it may be by the rules again. */
static __always_inline int refuse_for_container(const struct packet *p, struct judgement *j, int reason)
{
	j->destination_endpoint = destined_container(p);
	return j->destination_endpoint ? reason : TC_ACT_OK;
}

/* A tag of VLAN 0 has a priority only: the packet is the uplink's own (IEEE 802.1Q, 9.6). */
static __always_inline _Bool is_of_a_vlan(struct __sk_buff *skb)
{
	return skb->vlan_present && (skb->vlan_tci & 0xfff);
}

/* TC_ACT_OK for what is not a container's, or the verdict; told if it is a drop. */
static __always_inline int judge_from_uplink(struct __sk_buff *skb)
{
	if (is_of_a_vlan(skb) || skb->pkt_type != PACKET_HOST ||
	    (skb->protocol != be16(ETH_P_IP) && skb->protocol != be16(ETH_P_IPV6)) ||
	    is_plainly_the_hosts(skb))
		return TC_ACT_OK;

	struct packet p = {.ethertype = host16(skb->protocol)};
	struct judgement j = {.direction = DIRECTION_INGRESS, .source_identity = IDENTITY_WORLD};
	int result = parse_ip(skb, &p);
	if (unlikely(result)) {
		result = refuse_for_container(&p, &j, result);
	} else {
		result = is_uplink_address(&p) ? TC_ACT_OK : pass_to_container(skb, &p, &j);
		if (result == TC_ACT_OK)
			result = pass_answer(skb, &p, &j);
	}
	if (likely(result >= 0))
		return result;
	tell_drop(skb, &p, &j, -result);
	return TC_ACT_SHOT;
}

/* tc ingress of an uplink. What is not a container's goes on to whatever else hangs there. */
SEC("tc")
int from_uplink(struct __sk_buff *skb)
{
	int result = judge_from_uplink(skb);
	return result == TC_ACT_OK ? TC_ACT_UNSPEC : result;
}

const char program_license[] SEC("license") = "Dual BSD/GPL";
