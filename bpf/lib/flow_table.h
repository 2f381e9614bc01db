/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* How entries of the flow table come and go, and who may have how many.
 *
 * Packets on other CPUs and the collection work on an entry at the same time. So who remakes or removes one
 * takes it first, by a compare-and-swap of expires from the time that made the entry fit for it to FLOW_HELD.
 * Only one can succeed, and none can if a packet has prolonged the flow since the look: no flow that lives is
 * ever removed. To all others a held entry is expired, and who would open a flow there looks again.
 *
 * An element that was removed is used for another flow at once, while a program on another CPU may still
 * write to what it knew as its own. So entries are removed only long (flow_ticks_grace) after they have
 * expired, when no program that has seen them alive still runs; one that is opened anew before is remade
 * where it is.
 */
#pragma once

#include "flow.h"
#include "nat.h"

#define EEXIST 17

/* Attempts to open a flow, each of which another CPU may spoil, and looks at an entry that is held in each.
 * To remove one takes some hundred nanoseconds, a look some tens. */
#define FLOW_OPEN_TRIES 4
#define FLOW_LOOKS      16

/* Row 0 counts the flows of all endpoints, and tells none apart. */
static __always_inline struct flow_quota *quota_of(__u32 endpoint)
{
	return bpf_map_lookup_elem(&flow_quotas, &endpoint);
}

static __always_inline void count_flow(__u32 endpoint, __u8 flags, __s32 change)
{
	struct flow_quota *quota = quota_of(endpoint);
	if (!quota)
		return;
	__sync_fetch_and_add(&quota->flows, change);
	if (flags & FLOW_INCOMING)
		__sync_fetch_and_add(&quota->incoming, change);
}

/* May one more be opened, that the endpoint owns and that has these flags? Of the flows that an endpoint owns
 * those that strangers opened, from neither this host nor its containers, are counted apart. With R entries
 * free,
 *
 *   - an endpoint has up to R others, whatever strangers do: k endpoints that take all they can get at once
 *     leave a (k + 1)th of the table;
 *   - strangers open up to R/2 to an endpoint: to k endpoints at once, all that they can get, they leave
 *     2/(k + 2) of the table, of which each of the k may have a half. They alone never fill it;
 *   - k endpoints that both befalls leave 2/(3k + 2).
 */
static __always_inline int check_share(__u32 owner, __u8 flags)
{
	struct flow_quota *own = quota_of(owner);
	struct flow_quota *all = quota_of(0);
	if (!own || !all)
		return -DROP_INTERNAL;
	__s64 room = (__s64)flow_capacity - *(volatile __s32 *)&all->flows;
	if (room <= 0)
		return -DROP_FLOW_TABLE_FULL;
	__s64 incoming = *(volatile __s32 *)&own->incoming;
	__s64 taken = flags & FLOW_INCOMING ? 2 * incoming : *(volatile __s32 *)&own->flows - incoming;
	return taken >= room ? -DROP_FLOW_QUOTA : 0;
}

/* May the endpoint itself open one more? */
static __always_inline int check_flow_share(__u32 endpoint)
{
	return check_share(endpoint, 0);
}

/* Whether both count against the same share, so that one may take the other's entry for nothing. */
static __always_inline _Bool same_share(const struct flow *one, const struct flow *other)
{
	return one->owner == other->owner && !((one->flags ^ other->flags) & FLOW_INCOMING);
}

/* Whether the entry, that had this time, is the caller's alone now. */
static __always_inline _Bool flow_take(struct flow *flow, __u64 expires)
{
	return expires != FLOW_HELD &&
	       __sync_val_compare_and_swap(&flow->expires, expires, FLOW_HELD) == expires;
}

static __always_inline void flow_give_back(struct flow *flow, __u64 expires)
{
	*(volatile __u64 *)&flow->expires = expires;
}

/* Remakes an entry that was taken. While it is half the old flow and half the new, nobody has judged it. */
static __always_inline void flow_remake(const struct flow_key *key, struct flow *flow, struct flow *fresh)
{
	__u64 judged = fresh->judged, expires = fresh->expires;
	__u32 previous = flow->owner;
	__u8 previous_flags = flow->flags;
	_Bool moves = !same_share(flow, fresh);
	if (unlikely(flow->uplink))
		nat_release(key, translation_of(flow), flow->flags);
	*(volatile __u64 *)&flow->judged = 0;
	fresh->judged = 0;
	fresh->expires = FLOW_HELD;
	*flow = *fresh;
	*(volatile __u64 *)&flow->judged = judged;
	if (moves) {
		count_flow(previous, previous_flags, -1);
		count_flow(fresh->owner, fresh->flags, 1);
	}
	flow_give_back(flow, expires);
}

/* The entry of the key; of one that is held what becomes of it, if that does not take too long. A loop of its
 * own, since the verifier walks a loop as often as it may run: around all of flow_open() that were half of
 * what it has to do for a program. */
static __always_inline struct flow *flow_look(const struct flow_key *key)
{
	struct flow *flow = NULL;
#pragma clang loop unroll(disable)
	for (int i = 0; i < FLOW_LOOKS; i++) {
		flow = bpf_map_lookup_elem(&flows, key);
		if (!flow || flow_expires(flow) != FLOW_HELD)
			break;
	}
	return flow;
}

/* Makes the flow of the packet, or remakes one that has ended. The originator pays, or the destination where
 * that is not on this node: of its share for strangers, unless it is the host. */
SUBPROGRAM int flow_open(const struct flow_key *key, const struct packet *p, const struct judgement *j,
			 __u64 now, _Bool sender_low)
{
	if (!key || !p || !j)
		return -DROP_INTERNAL;
	struct flow fresh = {
		.judged = j->judged,
		.flags = (sender_low ? FLOW_ORIGINATOR_LOW : 0) | (j->by_host ? FLOW_BY_HOST : 0) |
			 (j->source_endpoint || j->by_host ? 0 : FLOW_INCOMING),
		.tcp_flags_original = p->tcp_flags,
		.source_endpoint = j->source_endpoint,
		.destination_endpoint = j->destination_endpoint,
		.source_identity = j->source_identity,
		.destination_identity = j->destination_identity,
		.egress_rule = j->egress_rule,
		.ingress_rule = j->ingress_rule,
		.owner = j->source_endpoint ? j->source_endpoint : j->destination_endpoint,
	};
	fresh.expires = now + flow_lifetime(&fresh, p->protocol);

	/* map helpers of Linux 6.1 take no pointer argument of a subprogram */
	struct flow_key own_key = *key;
	for (int i = 0; i < FLOW_OPEN_TRIES; i++) {
		struct flow *flow = flow_look(&own_key);
		int result = flow && same_share(flow, &fresh) ? 0 : check_share(fresh.owner, fresh.flags);
		if (result)
			return result;
		if (!flow) {
			long error = bpf_map_update_elem(&flows, &own_key, &fresh, BPF_NOEXIST);
			if (error == -EEXIST)
				continue;
			if (error)
				return -DROP_FLOW_TABLE_FULL;
			count_flow(fresh.owner, fresh.flags, 1);
			count_flow(0, 0, 1);
			return 0;
		}
		__u64 expires = flow_expires(flow);
		_Bool over = flow_expired(expires, now) || (is_bare_syn(p) && flow_closed(flow));
		if (!over)
			return 0; /* another CPU opened it, by the same judgement */
		if (flow_take(flow, expires)) {
			flow_remake(key, flow, &fresh);
			return 0;
		}
	}
	return -DROP_INTERNAL;
}
