/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What a program is told before it is loaded: constants that the verifier sees, so that what is switched off
 * costs nothing. One program serves all endpoints of an agent, and finds what differs in the endpoint's row;
 * or it is made for one endpoint, and that is constant too. */
#pragma once

#include "../abi/endpoint.h"
#include "../abi/types.h"
#include "bpf.h"

/* The text travels in BTF to user space. */
#define CONFIG(type, name, text) const volatile type name __attribute__((btf_decl_tag("config: " text)))

CONFIG(__u32, own_endpoint, "The endpoint that the program is made for; 0: it serves all.");
CONFIG(struct endpoint, own_row, "Row of that endpoint, but for its commit word.");
CONFIG(__u16, own_ethertype,
       "Ethertype of the only family that that endpoint has an address of, in host order; 0: it has both.");
CONFIG(__u32, own_policy_generation,
       "Generation of that endpoint whose policy is part of the code; 0: none.");
CONFIG(__u32, own_policy_additions, "How often entries had been added to that generation.");
CONFIG(__u8, own_policy_direction, "The direction that the code is of: 0 ingress, 1 egress.");
CONFIG(__u16, network_id, "Network of all addresses; those of different networks may be equal.");
CONFIG(struct address, gateway_ipv4,
       "Gateway whose ARP and echo requests are answered here, as ::ffff:a.b.c.d.");
CONFIG(struct address, broadcast_ipv4,
       "Broadcast address of the range that IPv4 addresses are from, as ::ffff:a.b.c.d; all zero: none.");
CONFIG(struct address, gateway_ipv6,
       "Gateway whose neighbour solicitations and echo requests are answered here.");
CONFIG(__u32, flow_capacity, "Flows that all endpoints together may have.");
CONFIG(__u32, flow_ticks_tcp, "Ticks that an established TCP flow lives after its last packet.");
CONFIG(__u32, flow_ticks_tcp_syn, "Ticks that a TCP flow lives whose handshake is not over.");
CONFIG(__u32, flow_ticks_tcp_fin, "Ticks that a closed TCP flow lives.");
CONFIG(__u32, flow_ticks_other, "Ticks that a flow of any other protocol lives.");
CONFIG(__u32, fragment_ticks, "Ticks that the ports of a first fragment are remembered.");
CONFIG(__u32, flow_ticks_resolution, "Ticks by which the end of a flow may be off.");
CONFIG(__u32, flow_ticks_grace, "Ticks that an expired flow is left alone before it is removed.");
CONFIG(__u8, masquerade_ipv4, "IPv4 flows that leave by an uplink take its address.");
CONFIG(__u8, masquerade_ipv6, "IPv6 flows that leave by an uplink take its address.");
CONFIG(__u8, masquerade_all_protocols,
       "Protocols whose ports cannot be changed take the address too; a remote then speaks to one container "
       "only, "
       "and not to the host.");
CONFIG(__u32, nat_first_port, "First of the ports that are kept for masquerade.");
CONFIG(__u32, nat_port_count, "Number of the ports that are kept for masquerade.");
