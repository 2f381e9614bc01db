// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The two hooks at the host end of a container's veth. */
#include "abi/collect.h"
#include "abi/nat.h"
#include "lib/arp.h"
#include "lib/parse.h"
#include "lib/deliver.h"
#include "lib/echo.h"
#include "lib/event.h"
#include "lib/fragment.h"
#include "lib/icmp_error.h"
#include "lib/judge.h"
#include "lib/mark.h"
#include "lib/ndisc.h"
#include "lib/outside.h"
#include "lib/own.h"
#include "lib/source.h"
#include "lib/user.h"

static __always_inline int finish(struct __sk_buff *skb, const struct packet *p, struct judgement *j,
				  enum direction direction, int result)
{
	if (unlikely(result < 0)) {
		tell_drop(skb, p, j, -result);
		return TC_ACT_SHOT;
	}
	if (unlikely(j->told_drop))
		return result;
	count_packet(j->endpoint, direction, skb->len);
	return result;
}

/* Whose packet it is, and by which generation it is judged: the commit word is read here, once per packet.
 * The endpoint in *endpoint; 0 or a negative drop reason. */
static __always_inline int begin(struct __sk_buff *skb, struct judgement *j, struct own_side *own,
				 const volatile struct endpoint **endpoint)
{
	__u32 id;
	*endpoint = find_own(skb, &id);
	if (!*endpoint)
		return -DROP_NO_ENDPOINT;
	j->endpoint = id;
	if (own->is_source)
		j->source_endpoint = id;
	else
		j->destination_endpoint = id;
	own->commit = own_commit(*endpoint);
	return own->commit ? 0 : -DROP_NO_GENERATION;
}

/* What the gateway answers by itself, and what is refused before anybody is asked. Sets *done when the packet
 * needs no verdict. */
static __always_inline int container_preamble(struct __sk_buff *skb, struct packet *p,
					      const volatile struct endpoint *endpoint, _Bool *done)
{
	*done = 1;
	int result = check_frame(skb, p, endpoint);
	if (result)
		return result;
	if (p->ethertype == ETH_P_ARP)
		return has_address(endpoint, 1) ? answer_arp(skb, endpoint) : -DROP_UNSUPPORTED_FAMILY;
	if (p->ethertype != ETH_P_IP && p->ethertype != ETH_P_IPV6)
		return -DROP_UNSUPPORTED_ETHERTYPE;
	if (!has_address(endpoint, p->ethertype == ETH_P_IP))
		return -DROP_UNSUPPORTED_FAMILY;
	result = parse_ip(skb, p);
	if (result)
		return result;
	if (unlikely(is_ndisc(p)))
		return handle_ndisc(skb, p);
	if (unlikely(is_listener_report(p)))
		return handle_listener_report(endpoint, p);
	if (unlikely(is_dhcp_answer(p)))
		return -DROP_DHCP_SERVER;
	if (unlikely(is_redirect(p)))
		return -DROP_ICMP_REDIRECT;
	result = check_destination_address(endpoint, p);
	if (result)
		return result;
	result = check_source_address(endpoint, p);
	if (result)
		return result;
	if (unlikely(is_echo_for_gateway(p)))
		return answer_echo(skb, p);
	*done = 0;
	return 0;
}

/* What comes of the flow table, with pieces and errors led to the flow that they belong to. A piece of a
 * packet passes only by its flow: what is remembered of the first are ports, no verdict. */
static __always_inline int track(struct __sk_buff *skb, struct packet *p, struct own_side *own,
				 struct judgement *j, __u32 *peer)
{
	if (unlikely(p->icmp_error))
		return track_error(skb, p, own, j, peer);
	if (unlikely(p->fragment == FRAGMENT_LATER)) {
		int result = fragment_recall(p, fragment_set(j->endpoint, own->is_source));
		if (result)
			return result;
	}
	int result = track_and_judge(skb, p, own, j, peer);
	if (unlikely(p->fragment == FRAGMENT_FIRST) && result >= 0)
		fragment_remember(p, fragment_set(j->endpoint, own->is_source));
	return result;
}

/* tc ingress of the host end: what the container sends. */
SEC("tc")
int from_container(struct __sk_buff *skb)
{
	struct packet p = {};
	struct judgement j = {.direction = DIRECTION_EGRESS};
	struct own_side own = {.is_source = 1};
	const volatile struct endpoint *endpoint;
	_Bool done = 0;
	int result = begin(skb, &j, &own, &endpoint);
	if (likely(!result))
		result = container_preamble(skb, &p, endpoint, &done);
	if (!result && !done)
		result = check_egress_by_user(skb);
	if (result || done)
		return finish(skb, &p, &j, DIRECTION_EGRESS, result);

	__u32 peer = 0;
	result = track(skb, &p, &own, &j, &peer);
	if (result < 0)
		return finish(skb, &p, &j, DIRECTION_EGRESS, result);
	_Bool opened = result == FLOW_OPENED;
	result = peer ? deliver_to_endpoint(skb, &p, &j, peer) : leave(skb, &p, &j);
	if (result >= 0 && opened && !j.told_drop)
		emit_event(skb, &p, &j, EVENT_FORWARDED, DROP_NONE);
	if (unlikely(result == DELIVER_BY_USER)) {
		count_packet(j.endpoint, DIRECTION_EGRESS, skb->len);
		go_on_to_user(skb, peer);
		result = -DROP_USER_PROGRAM; /* there is none: fail closed */
	}
	return finish(skb, &p, &j, DIRECTION_EGRESS, result);
}

/* Who talks to whom, as far as the addresses tell. */
static __always_inline void name_sides(const struct packet *p, struct judgement *j)
{
	struct side source = {}, destination = {};
	side_of_address(&source, &p->source);
	side_of_address(&destination, &p->destination);
	j->source_endpoint = source.endpoint;
	j->source_identity = source.identity;
	j->destination_identity = destination.identity;
}

/* Where the program of the container that sent a packet hands it over: everything is settled but for the word
 * of the user's program. Made for one endpoint at a time. */
SEC("tc")
int deliver_to_container(struct __sk_buff *skb)
{
	__u32 id = own_endpoint;
	const struct endpoint *endpoint = endpoint_row(id);
	struct judgement j = {.endpoint = id, .destination_endpoint = id, .direction = DIRECTION_INGRESS};
	int result = check_ingress_by_user(skb);
	if (likely(!result && endpoint && endpoint->ifindex)) {
		count_packet(id, DIRECTION_INGRESS, skb->len);
		return bpf_redirect_peer(endpoint->ifindex, 0);
	}
	struct packet p = {.ethertype = host16(skb->protocol)};
	parse_ip(skb, &p);
	name_sides(&p, &j);
	tell_drop(skb, &p, &j, result ? -result : DROP_NO_ENDPOINT);
	return TC_ACT_SHOT;
}

static __always_inline int host_preamble(struct __sk_buff *skb, struct packet *p,
					 const volatile struct endpoint *endpoint)
{
	if (skb->vlan_present || is_tag(host16(skb->protocol)))
		return -DROP_VLAN_TAG;
	if (skb->protocol != be16(ETH_P_IP) && skb->protocol != be16(ETH_P_IPV6))
		return -DROP_UNSUPPORTED_ETHERTYPE;
	p->ethertype = host16(skb->protocol);
	if (!has_address(endpoint, p->ethertype == ETH_P_IP))
		return -DROP_UNSUPPORTED_FAMILY;
	int result = parse_ip(skb, p);
	if (result)
		return result;
	if (unlikely(is_redirect(p)))
		return -DROP_ICMP_REDIRECT;
	result = check_one_destination(p);
	if (result)
		return result;
	if (!is_ipv4(p) && is_unspecified(&p->source))
		return -DROP_INVALID_ADDRESS;
	/* the stack sends here what it routes to the container, and nothing else */
	return is_own_address(endpoint, p, &p->destination) ? 0 : -DROP_INVALID_ADDRESS;
}

/* Is the host itself who speaks? Its packets come in by no interface. Nor do pieces of others, as it seems,
 * that the stack has put together and cut anew (IPv6, with conntrack): it forgets the interface. Those have
 * no socket, as the host's own pieces have; whole packets of its own need not have one either, such as
 * resets, and answers by SYN cookies. */
static __always_inline _Bool is_hosts_own(struct __sk_buff *skb, const struct packet *p)
{
	return !skb->ingress_ifindex && (!p->fragment || skb->sk);
}

/* What a host that is a router tells of its groups at every interface. A container is no router: it has no
 * use for that, and has lost nothing. */
static __always_inline _Bool is_hosts_report(struct __sk_buff *skb, const struct packet *p)
{
	return is_listener_report(p) && is_hosts_own(skb, p);
}

/* tc egress of the host end: what the host's stack sends to the container, of its own or forwarded. */
SEC("tc")
int to_container(struct __sk_buff *skb)
{
	struct packet p = {};
	struct judgement j = {.direction = DIRECTION_INGRESS};
	struct own_side own = {
		.from_stack = 1,
		.arrived_on = skb->ingress_ifindex,
		.is_answer = skb->mark == MARK_TRANSLATED_BACK,
	};
	const volatile struct endpoint *endpoint;
	int result = begin(skb, &j, &own, &endpoint);
	if (likely(!result))
		result = host_preamble(skb, &p, endpoint);
	if (unlikely(result == -(int)DROP_MULTICAST && is_hosts_report(skb, &p)))
		return TC_ACT_SHOT;
	if (result)
		return finish(skb, &p, &j, DIRECTION_INGRESS, result);

	own.is_host = is_hosts_own(skb, &p);
	__u32 peer = 0;
	result = track(skb, &p, &own, &j, &peer);
	if (result >= 0 && check_ingress_by_user(skb))
		result = -DROP_USER_PROGRAM;
	if (result == FLOW_OPENED)
		emit_event(skb, &p, &j, EVENT_FORWARDED, DROP_NONE);
	return finish(skb, &p, &j, DIRECTION_INGRESS, result < 0 ? result : TC_ACT_OK);
}

/* Types that user space needs and no map names; BTF keeps only what something uses. Never loaded. */
const struct abi_types {
	struct event event;
	enum reserved_identity reserved_identity;
	enum layout layout;
	enum policy_shape policy_shape;
	enum coded_verdict coded_verdict;
	enum policy_limits policy_limits;
	enum flow_flag flow_flag;
	enum epoch_limits epoch_limits;
	enum endpoint_limits endpoint_limits;
	enum endpoint_flag endpoint_flag;
	enum nat_limits nat_limits;
	enum fragment_limits fragment_limits;
	enum collect_limits collect_limits;
	struct clock_reading clock_reading;
	struct reap_request reap_request;
} abi SEC(".abi");

const char program_license[] SEC("license") = "Dual BSD/GPL";
