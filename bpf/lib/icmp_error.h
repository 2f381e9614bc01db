/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* ICMP and ICMPv6 errors: matched to a flow by the packet that they embed, and by nothing else. Who sends the
 * error may be any router on the way, so its addresses say little; that the receiver really sent the embedded
 * packet, and on a flow that is allowed now, is what counts. */
#pragma once

#include "embedded.h"
#include "judge.h"

/* Is the sender of an error who it says? As for other packets if it is the other end of the flow; else a
 * router, that must not be a container or the host if it came from elsewhere. */
SUBPROGRAM int check_error_source(const struct packet *p, const struct own_side *own)
{
	struct side router = {};
	if (!p || !own)
		return -DROP_INTERNAL;
	if (!own->from_stack)
		return 0;
	if (side_of_address(&router, &p->source))
		return -DROP_SPOOFED_ADDRESS;
	return check_forwarded_source(own, router.endpoint, router.identity);
}

/* What is found out about an error; too much for the stack below judge(). */
struct related {
	struct packet inner;
	struct flow_key key;
	struct own_side
		sent; /* as own_side of the embedded packet, which went the other way than the error */
};

_Static_assert(sizeof(struct related) <= sizeof(struct scratch), "a row of scratch has room for it");

/* Of the error that this CPU works on. */
static __always_inline struct related *related_row(void)
{
	__u32 first = 0;
	return bpf_map_lookup_elem(&scratch, &first);
}

/* The flow of the embedded packet, that must be allowed now; judged anew where it is stale. */
static __always_inline int check_related_flow(struct __sk_buff *skb, struct related *r,
					      const struct own_side *own, struct judgement *j, __u32 *peer)
{
	_Bool sender_low = flow_key_of(&r->key, &r->inner);
	struct flow *flow = bpf_map_lookup_elem(&flows, &r->key);
	if (!flow || flow_expired(flow_expires(flow), bpf_jiffies64()))
		return -DROP_ICMP_ERROR_UNRELATED;
	j->reply = sender_low != !!(flow->flags & FLOW_ORIGINATOR_LOW);
	if (!j->reply && is_past_translation(own, &r->inner, flow))
		return -DROP_ICMP_ERROR_UNRELATED;
	j->translation = translation_of(flow);
	_Bool own_is_originator = own->is_source == j->reply;
	*peer = own_is_originator ? flow->destination_endpoint : flow->source_endpoint;
	r->sent = (struct own_side){
		.commit = own->commit,
		.is_source = !own->is_source,
		.is_host = !!(flow->flags & FLOW_BY_HOST), /* the host is the host by any address */
	};
	if (judgement_holds(flow, &r->inner, &r->sent, own_is_originator))
		return FLOW_ESTABLISHED;
	if (has_changed_hands(flow, &r->inner, &r->sent, j, own_is_originator))
		return -DROP_ICMP_ERROR_UNRELATED;
	return judge_again(skb, &r->inner, &r->sent, flow, j);
}

/* An error passes if the flow of the packet that it tells of lives and is allowed now; it does not prolong
 * it, and needs no rule of its own. As track_and_judge, which it replaces. */
SUBPROGRAM int track_error(struct __sk_buff *skb, const struct packet *p, const struct own_side *own,
			   struct judgement *j, __u32 *peer)
{
	if (!p || !own || !j || !peer)
		return -DROP_INTERNAL;
	struct related *r = related_row();
	if (!r)
		return -DROP_INTERNAL;
	r->inner = (struct packet){};
	int result = parse_embedded(skb, p, &r->inner);
	if (!result)
		result = check_error_source(p, own);
	if (result)
		return result;
	/* a container tells only of what came to it */
	if (own->is_source && !address_equal(&r->inner.destination, &p->source))
		return -DROP_ICMP_ERROR_UNRELATED;
	return check_related_flow(skb, r, own, j, peer);
}
