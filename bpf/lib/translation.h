/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What a masqueraded flow holds at its uplink. */
#pragma once

#include "address.h"
#include "maps.h"

/* How replies show the flow, see struct nat_key. The container is the originator. */
static __always_inline void nat_key_of(struct nat_key *nat_key, const struct flow_key *key,
				       const struct flow *flow, const struct uplink *uplink)
{
	_Bool low = flow->flags & FLOW_ORIGINATOR_LOW;
	nat_key->remote = low ? key->high : key->low;
	nat_key->remote_port = low ? key->high_port : key->low_port;
	nat_key->local = is_mapped_ipv4(&nat_key->remote) ? uplink->ipv4 : uplink->ipv6;
	nat_key->local_port = flow->nat_port;
	nat_key->protocol = key->protocol;
}

/* Gives the flow's port there up. */
SUBPROGRAM int release_translation(const struct flow_key *key, const struct flow *flow)
{
	if (!key || !flow)
		return 0;
	__u32 row = flow->uplink;
	struct uplink *uplink = row ? bpf_map_lookup_elem(&uplinks, &row) : NULL;
	if (!uplink)
		return 0;
	struct nat_key nat_key = {};
	nat_key_of(&nat_key, key, flow, uplink);
	return bpf_map_delete_elem(&nat, &nat_key);
}
