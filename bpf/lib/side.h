/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What is known of one end of a flow: a container on this node, or an address somewhere else. */
#pragma once

#include "address.h"
#include "config.h"
#include "maps.h"
#include "own.h"
#include "packet.h"

struct side {
	__u32 endpoint; /* 0: not on this node */
	__u32 slot;     /* of the endpoint's current generation */
	__u32 version;  /* generation, or epoch of a remote address; what a judgement is valid for */
	__u32 identity;
};

/* Neither a generation nor an epoch: what was judged under it is judged again for the next packet. */
#define VERSION_NEVER 0

static __always_inline __u32 commit_generation(__u64 commit)
{
	return commit >> 32;
}

/* Is it the container's address now? */
static __always_inline _Bool endpoint_owns(const struct endpoint *endpoint, const struct address *a)
{
	return endpoint && endpoint->ifindex &&
	       (address_equal(a, &endpoint->ipv4) || address_equal(a, &endpoint->ipv6));
}

/* Version of a remote address. Its upper bit tells it from every generation. */
static __always_inline __u32 epoch_version(const struct address *a)
{
	__u32 index = epoch_index(a);
	struct epoch *epoch = bpf_map_lookup_elem(&epochs, &index);
	return EPOCH_VERSION | (epoch ? *(volatile __u32 *)&epoch->value : 0);
}

/* A container, judged by the generation in commit. */
static __always_inline int side_of_endpoint(struct side *side, __u32 endpoint, __u64 commit)
{
	__u32 index = commit;
	side->endpoint = endpoint;
	side->slot = index;
	side->version = commit_generation(commit);
	struct slot *slot = bpf_map_lookup_elem(&slots, &index);
	if (!side->version || !slot)
		return -DROP_NO_GENERATION;
	side->identity = slot->identity;
	return 0;
}

/* Whoever owns the address. The epoch is read before both tables, and raised after either has changed: a
 * change in between makes the judgement stale, not wrong. */
SUBPROGRAM int side_of_address(struct side *side, const struct address *a)
{
	if (!side || !a)
		return -DROP_INTERNAL;
	__u32 epoch = epoch_version(a);
	struct local_key local = {.address = *a, .network = network_id};
	struct local_value *value = bpf_map_lookup_elem(&local_endpoints, &local);
	if (value) {
		struct endpoint *endpoint = endpoint_row(value->endpoint);
		if (!endpoint)
			return -DROP_INTERNAL;
		return side_of_endpoint(side, value->endpoint, *(volatile __u64 *)&endpoint->commit);
	}

	side->endpoint = 0;
	side->slot = 0;
	side->version = epoch;
	struct ipcache_key key = {.prefix_length = 160, .network = network_id, .address = *a};
	struct ipcache_value *found = bpf_map_lookup_elem(&ipcache, &key);
	side->identity = found ? found->identity : IDENTITY_WORLD;
	return 0;
}
