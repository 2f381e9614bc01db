/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Connection tracking and access control together: what the flow table knows is obeyed, all else is judged by
 * both sides' policies. */
#pragma once

#include "flow_table.h"
#include "nat.h"
#include "policy.h"
#include "route.h"
#include "side.h"

/* The packet's own side, as the hook knows it: its endpoint and the commit word, read once per packet. */
struct own_side {
	__u64 commit;
	__u32 is_source;
	__u32 from_stack; /* at to_container */
	__u32 arrived_on; /* there: interface that the packet came in by, 0 when no longer known or the host's
			     own */
	__u8 is_host;     /* there: the host's own; or, where a flow is judged again, the flow's */
	__u8 is_answer;   /* there: was sent to an uplink's address, so nothing but the answer to a flow */
	__u8 by_host;     /* where a flow is judged again: the host opened it */
	__u8 reserved;
};

/* What the host's stack sends to a container is believed to be from where it says only so far: in the host's
 * name speaks the host alone, and a packet of another container comes by that container's interface, past its
 * own hook. What the host has opened in a container's name does not become the container's. */
static __always_inline int check_forwarded_source(const struct own_side *own, __u32 peer, __u32 peer_identity)
{
	if (!own->from_stack)
		return 0;
	if (peer_identity == IDENTITY_HOST)
		return own->is_host ? 0 : -DROP_SPOOFED_ADDRESS;
	struct endpoint *endpoint = peer ? endpoint_row(peer) : NULL;
	if (!endpoint)
		return 0;
	return own->by_host || endpoint->ifindex != own->arrived_on ? -DROP_SPOOFED_ADDRESS : 0;
}

static __always_inline __u32 version_of(__u32 endpoint, const struct address *a)
{
	if (!endpoint)
		return epoch_version(a);
	struct endpoint *row = endpoint_row(endpoint);
	return row ? commit_generation(*(volatile __u64 *)&row->commit) : 0;
}

static __always_inline __u64 judged_under(__u32 source_version, __u32 destination_version)
{
	return (__u64)source_version << 32 | destination_version;
}

/* The identity of a destination beyond this node: what the routes keep on the host is the host's, be it an
 * address that nobody has listed, a broadcast or an anycast. What has no way at this moment looks the same,
 * and may have one at the next: such a judgement is good for one packet. */
static __always_inline void identify_by_route(struct __sk_buff *skb, const struct packet *p,
					      struct side *destination, struct judgement *j)
{
	j->route = ROUTE_NONE;
	if (destination->endpoint || destination->identity == IDENTITY_HOST)
		return;
	j->route = route_of(skb, p);
	if (j->route == ROUTE_TO_HOST) {
		destination->identity = IDENTITY_HOST;
		destination->version = VERSION_NEVER;
	}
}

/* One side's policy: by the code of this very program where that is its, else by the tables. 0, or the
 * negative drop reason; the rule that decided in *rule. */
static __always_inline int check_side(const struct side *side, const struct packet *p, __u32 peer,
				      enum direction direction, struct policy_result *policy, __u32 *rule)
{
	if (is_coded(side->slot, side->version, direction))
		return coded_check(p, peer, direction, rule);
	int result = policy_check(side->slot, p, peer, direction, policy);
	*rule = policy->rule;
	return result;
}

/* Judges a packet that opens a flow: the source's egress policy, then the destination's ingress policy. */
SUBPROGRAM int judge(struct __sk_buff *skb, const struct packet *p, const struct own_side *own,
		     struct judgement *j)
{
	if (!p || !own || !j)
		return -DROP_INTERNAL;
	struct side source = {}, destination = {};
	struct policy_result policy = {};
	int result = own->is_source ? side_of_endpoint(&source, j->endpoint, own->commit)
				    : side_of_address(&source, &p->source);
	if (result)
		return result;
	result = own->is_source ? side_of_address(&destination, &p->destination)
				: side_of_endpoint(&destination, j->endpoint, own->commit);
	if (result)
		return result;

	if (own->is_source)
		identify_by_route(skb, p, &destination, j);
	struct side *peer = own->is_source ? &destination : &source;
	j->by_host = own->is_host;
	if (j->by_host) /* whatever address it took: a container whose it is has no part in that */
		*peer = (struct side){
			.version = epoch_version(own->is_source ? &p->destination : &p->source),
			.identity = IDENTITY_HOST,
		};
	j->source_endpoint = source.endpoint;
	j->destination_endpoint = destination.endpoint;
	j->source_identity = source.identity;
	j->destination_identity = destination.identity;
	j->egress_rule = j->ingress_rule = 0;
	j->judged = 0;
	result = check_forwarded_source(own, peer->endpoint, peer->identity);
	if (result)
		return result;

	if (source.endpoint) {
		j->direction = DIRECTION_EGRESS;
		j->generation = source.version;
		result = check_side(&source, p, destination.identity, DIRECTION_EGRESS, &policy,
				    &j->egress_rule);
		if (result)
			return result;
	}
	if (destination.endpoint) {
		j->direction = DIRECTION_INGRESS;
		j->generation = destination.version;
		result = check_side(&destination, p, source.identity, DIRECTION_INGRESS, &policy,
				    &j->ingress_rule);
		if (result)
			return result;
	}
	j->judged = judged_under(source.version, destination.version);
	return 0;
}

/* A packet of the other direction, seen from the same end. */
static __always_inline void turn_round(struct packet *p, struct own_side *own)
{
	own->is_source = !own->is_source;
	struct address address = p->source;
	p->source = p->destination;
	p->destination = address;
	__be16 port = p->source_port;
	p->source_port = p->destination_port;
	p->destination_port = port;
}

/* The judgement of a reply as its event tells it: by the packet's own source and destination. */
static __always_inline void tell_reply(struct judgement *j)
{
	__u32 identity = j->source_identity;
	j->source_identity = j->destination_identity;
	j->destination_identity = identity;
	__u16 endpoint = j->source_endpoint;
	j->source_endpoint = j->destination_endpoint;
	j->destination_endpoint = endpoint;
}

static __always_inline void count_judged_again(const struct judgement *j)
{
	__u32 index = j->endpoint;
	__u64 *count = bpf_map_lookup_elem(&judged_again, &index);
	if (count)
		++*count;
}

/* A known flow whose judgement is void, since a policy, an identity or an address changed: judged again by
 * its original direction, so that a reply never fails for being a reply. A flow that is denied keeps its
 * entry: its later packets must not pass for new flows. */
static __always_inline int judge_again(struct __sk_buff *skb, struct packet *p, struct own_side *own,
				       struct flow *flow, struct judgement *j)
{
	count_judged_again(j);
	if (j->reply)
		turn_round(p, own);
	/* Only what the host itself sends shows that it does, and by an address of another that would mislead
	 * in a reply: there the flow knows. Where the packet came from is asked of itself, by the caller. */
	__u32 from_stack = own->from_stack;
	__u8 is_host = own->is_host;
	own->by_host = !!(flow->flags & FLOW_BY_HOST);
	if (j->reply || !from_stack) {
		own->is_host = own->by_host;
		own->from_stack = 0;
	}
	int result = judge(skb, p, own, j);
	own->is_host = is_host;
	own->from_stack = from_stack;
	own->by_host = 0;
	if (j->reply)
		turn_round(p, own);
	if (result) {
		flow->judged = 0;
		if (j->reply)
			tell_reply(j);
		return result;
	}
	flow->source_endpoint = j->source_endpoint;
	flow->destination_endpoint = j->destination_endpoint;
	flow->source_identity = j->source_identity;
	flow->destination_identity = j->destination_identity;
	flow->egress_rule = j->egress_rule;
	flow->ingress_rule = j->ingress_rule;
	flow_mark(flow, FLOW_BY_HOST, j->by_host);
	*(volatile __u64 *)&flow->judged = j->judged;
	return 0;
}

/* What came of the flow lookup. */
enum flow_result {
	FLOW_ESTABLISHED = 0,
	FLOW_OPENED = 1, /* first packet: tell it */
};

static __always_inline __u32 peer_endpoint(const struct own_side *own, const struct judgement *j)
{
	return own->is_source ? j->destination_endpoint : j->source_endpoint;
}

/* A packet that no live flow knows. An entry of ours for the key is one flow more for nobody; without it a
 * sender that has its share already is not worth a judgement. */
static __always_inline int judge_new(struct __sk_buff *skb, const struct flow_key *key,
				     const struct packet *p, const struct own_side *own, struct judgement *j,
				     __u64 now, _Bool sender_low, _Bool has_entry)
{
	if (p->echo_reply)
		return -DROP_UNSOLICITED_REPLY;
	if (is_tcp_answer(p) || own->is_answer)
		return -DROP_NO_FLOW;
	if (p->fragment == FRAGMENT_LATER) /* its first would have opened it */
		return -DROP_FRAGMENT_UNKNOWN;
	j->reply = 0;
	int result = 0;
	if (own->is_source && !has_entry && !is_flowless(p))
		result = check_flow_share(j->endpoint);
	if (result)
		return result;
	result = judge(skb, p, own, j);
	if (!result && own->from_stack && own->arrived_on && !peer_endpoint(own, j))
		result = check_way_in(skb, p, own->arrived_on);
	if (!result && !is_flowless(p))
		result = flow_open(key, p, j, now, sender_low);
	return result ? result : FLOW_OPENED;
}

/* Is what the flow was judged under still so? */
static __always_inline _Bool judgement_holds(const struct flow *flow, const struct packet *p,
					     const struct own_side *own, _Bool own_is_originator)
{
	__u32 peer = own_is_originator ? flow->destination_endpoint : flow->source_endpoint;
	__u32 own_version = commit_generation(own->commit);
	__u32 peer_version = version_of(peer, own->is_source ? &p->destination : &p->source);
	__u64 current = own_is_originator ? judged_under(own_version, peer_version)
					  : judged_under(peer_version, own_version);
	return flow->judged == current;
}

/* Answers to what a container masquerades are sent to the uplink's address, and to a port that only who got
 * its packets knows. What comes straight to the container on such a flow is somebody else's, but for the
 * host's own word: its stack sees what it answers before that is translated. */
static __always_inline _Bool is_past_translation(const struct own_side *own, const struct packet *p,
						 const struct flow *flow)
{
	return own->from_stack && !own->is_answer && !own->is_host && !flow->destination_endpoint &&
	       masquerades(p) && !(flow->flags & FLOW_OWN_ADDRESS);
}

/* Has an address of the flow gone to another container since? What that one would inherit was not meant for
 * it: the flow has ended. Asked where the judgement does not hold, as it never does then, since no two
 * containers have a generation in common. */
static __always_inline _Bool has_changed_hands(const struct flow *flow, const struct packet *p,
					       const struct own_side *own, const struct judgement *j,
					       _Bool own_is_originator)
{
	__u32 judged = own_is_originator ? flow->source_endpoint : flow->destination_endpoint;
	__u32 peer = own_is_originator ? flow->destination_endpoint : flow->source_endpoint;
	if (judged != j->endpoint)
		return 1;
	return peer && !endpoint_owns(endpoint_row(peer), own->is_source ? &p->destination : &p->source);
}

/* A flow_result, or a negative drop reason. The other side's endpoint, 0 if it is not on this node, in *peer.
 */
static __always_inline int track_and_judge(struct __sk_buff *skb, struct packet *p, struct own_side *own,
					   struct judgement *j, __u32 *peer)
{
	struct flow_key key;
	_Bool sender_low = flow_key_of(&key, p);
	__u64 now = bpf_jiffies64();
	int result;
	struct flow *flow = is_flowless(p) ? NULL : bpf_map_lookup_elem(&flows, &key);
	__u64 expires = flow ? flow_expires(flow) : FLOW_HELD;
	if (!flow || flow_expired(expires, now))
		goto opens;

	_Bool reply = sender_low != !!(flow->flags & FLOW_ORIGINATOR_LOW);
	j->reply = reply;
	if (unlikely(own->is_answer && !reply))
		return -DROP_NO_FLOW;
	if (unlikely(is_bare_syn(p))) {
		if (flow_closed(flow))
			goto opens;
		if (reply) {
			if (own->is_answer)
				return -DROP_NO_FLOW;
			/* Not a reply, whatever the flow's direction (RFC 9293, 3.5): both sides open at
			 * once, or a disguise. The flow stays the other's, who knows the container by its own
			 * address. */
			j->reply = 0;
			j->own_address = 1;
			result = judge(skb, p, own, j);
			*peer = peer_endpoint(own, j);
			return result ? result : FLOW_OPENED;
		}
	}

	if (unlikely(reply && is_past_translation(own, p, flow)))
		return -DROP_NO_FLOW;

	_Bool own_is_originator = own->is_source != reply;
	if (unlikely(!judgement_holds(flow, p, own, own_is_originator))) {
		if (has_changed_hands(flow, p, own, j, own_is_originator)) {
			flow_end(flow, expires, now);
			goto opens;
		}
		result = judge_again(skb, p, own, flow, j);
		if (result)
			return result;
	}
	*peer = own_is_originator ? flow->destination_endpoint : flow->source_endpoint;
	result = check_forwarded_source(
		own, *peer, own_is_originator ? flow->destination_identity : flow->source_identity);
	if (result)
		return result;
	flow_touch(flow, expires, p, reply, now);
	j->translation = translation_of(flow);
	j->own_address = flow->flags & FLOW_OWN_ADDRESS;
	return FLOW_ESTABLISHED;

opens:
	result = judge_new(skb, &key, p, own, j, now, sender_low, flow && flow->owner == j->endpoint);
	*peer = peer_endpoint(own, j);
	return result;
}
