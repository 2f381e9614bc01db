/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Ports of the uplinks' addresses: taken for a flow and given back with it. An entry of nat is made before
 * its flow names it and removed after the flow is, so no port is ever two flows'. */
#pragma once

#include "address.h"
#include "checksum.h"
#include "config.h"
#include "flow.h"
#include "maps.h"
#include "packet.h"

#define NAT_PROBES 32

static __always_inline _Bool masquerades(const struct packet *p)
{
	return is_ipv4(p) ? masquerade_ipv4 : masquerade_ipv6;
}

/* What a flow says of its translation, in one word: the row of the uplink below, the port above. */
static __always_inline __u32 translation_of(const struct flow *flow)
{
	return *(volatile __u32 *)&flow->uplink;
}

static __always_inline __u32 translation_row(__u32 translation)
{
	return translation & 0xffff;
}

static __always_inline __be16 translation_port(__u32 translation)
{
	return translation >> 16;
}

static __always_inline struct uplink *uplink_row(__u32 row)
{
	return bpf_map_lookup_elem(&uplinks, &row);
}

static __always_inline struct address uplink_address(const struct uplink *uplink, _Bool is_ipv4)
{
	return is_ipv4 ? uplink->ipv4 : uplink->ipv6;
}

static __always_inline _Bool in_nat_range(__be16 port)
{
	return host16(port) - nat_first_port < nat_port_count;
}

/* A container may take only about half of the ports, another half for each: whoever uses up its own leaves
 * ports for all others. */
static __always_inline _Bool may_take(__u32 endpoint, __u32 port)
{
	__u32 x = port << 16 ^ endpoint;
	x = (x ^ x >> 16) * 0x85ebca6b;
	x = (x ^ x >> 13) * 0xc2b2ae35;
	return (x ^ x >> 16) & 1;
}

/* Would the reply be for a socket of the host's own? */
SUBPROGRAM int host_has_socket(struct __sk_buff *skb, const struct nat_key *key)
{
	if (!key)
		return 1;
	struct bpf_sock_tuple tuple = {};
	__u32 size = sizeof(tuple.ipv6);
	if (is_mapped_ipv4(&key->local)) {
		size = sizeof(tuple.ipv4);
		tuple.ipv4.saddr = key->remote.words[3];
		tuple.ipv4.daddr = key->local.words[3];
		tuple.ipv4.sport = key->remote_port;
		tuple.ipv4.dport = key->local_port;
	} else {
		__builtin_memcpy(tuple.ipv6.saddr, &key->remote, sizeof(key->remote));
		__builtin_memcpy(tuple.ipv6.daddr, &key->local, sizeof(key->local));
		tuple.ipv6.sport = key->remote_port;
		tuple.ipv6.dport = key->local_port;
	}
	struct bpf_sock *socket = NULL;
	if (key->protocol == IPPROTO_TCP)
		socket = bpf_skc_lookup_tcp(skb, &tuple, size, BPF_F_CURRENT_NETNS, 0);
	else if (key->protocol == IPPROTO_UDP)
		socket = bpf_sk_lookup_udp(skb, &tuple, size, BPF_F_CURRENT_NETNS, 0);
	if (!socket)
		return 0;
	bpf_sk_release(socket);
	return 1;
}

static __always_inline _Bool claim(struct __sk_buff *skb, const struct nat_key *key,
				   const struct nat_value *value)
{
	if (bpf_map_update_elem(&nat, key, value, BPF_NOEXIST))
		return 0;
	if (likely(!host_has_socket(skb, key)))
		return 1;
	bpf_map_delete_elem(&nat, key);
	return 0;
}

/* Takes a port (echo identifier) of the uplink for the packet's flow: its own if that lies in the range, else
 * one of NAT_PROBES beginning at a random one. Other protocols have no port that could be changed: there one
 * container speaks to a remote at a time, and the host itself, of whose sockets nobody can be asked, would
 * hear no more of that remote. So they leave only where that was asked for. The port as on the wire, or a
 * negative drop reason. */
SUBPROGRAM int claim_port(struct __sk_buff *skb, const struct packet *p, __u32 row, __u32 endpoint)
{
	struct uplink *uplink = uplink_row(row);
	if (!p || !uplink)
		return -DROP_INTERNAL;
	struct nat_key key = {
		.local = uplink_address(uplink, is_ipv4(p)),
		.remote = p->destination,
		.local_port = p->source_port,
		.remote_port = p->destination_port,
		.protocol = p->protocol,
	};
	struct nat_value value = {
		.container = p->source,
		.port = p->source_port,
		.endpoint = endpoint,
		.uplink = row,
		.network = network_id,
	};
	if (!key.local.halves[0] && !key.local.halves[1])
		return -DROP_TRANSLATION_UNSUPPORTED;
	if (p->protocol == IPPROTO_SCTP || !has_ports(p)) {
		if (!masquerade_all_protocols)
			return -DROP_TRANSLATION_UNSUPPORTED;
		return claim(skb, &key, &value) ? key.local_port : -DROP_TRANSLATION_PORTS_USED_UP;
	}

	/* spread over the range, since ports that are taken often lie together; all of a small one */
	__u32 step = nat_port_count / NAT_PROBES | 1;
	__u32 own = host16(p->source_port), start = bpf_get_prandom_u32() % nat_port_count;
	_Bool keep = in_nat_range(p->source_port);
	for (__u32 i = 0; i < NAT_PROBES; i++) {
		__u32 port = keep && i == 0 ? own : nat_first_port + (start + i * step) % nat_port_count;
		if (!may_take(endpoint, port))
			continue;
		key.local_port = be16(port);
		if (claim(skb, &key, &value))
			return key.local_port;
	}
	return -DROP_TRANSLATION_PORTS_USED_UP;
}

/* Gives the port back that a flow of these flags had: it is removed, becomes another's, or took a second one.
 */
SUBPROGRAM int nat_release(const struct flow_key *key, __u32 translation, __u8 flags)
{
	struct uplink *uplink = uplink_row(translation_row(translation));
	if (!key || !translation || !uplink)
		return 0;
	_Bool low = flags & FLOW_ORIGINATOR_LOW;
	struct nat_key entry = {
		.local = uplink_address(uplink, is_mapped_ipv4(&key->low)),
		.remote = low ? key->high : key->low,
		.local_port = translation_port(translation),
		.remote_port = low ? key->high_port : key->low_port,
		.protocol = key->protocol,
	};
	const struct address *container = low ? &key->low : &key->high;
	__be16 port = low ? key->low_port : key->high_port;
	struct nat_value *value = bpf_map_lookup_elem(&nat, &entry);
	if (value && address_equal(container, &value->container) && value->port == port)
		bpf_map_delete_elem(&nat, &entry);
	return 0;
}
