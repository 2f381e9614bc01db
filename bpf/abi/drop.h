/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Why a packet was dropped. User space makes the text from the name: DROP_POLICY_DENIED_EGRESS is "policy
 * denied egress". Numbers are part of the event format: append, never renumber. Programs return them negated.
 */
#pragma once

#include "types.h"

enum drop_reason : __u32 {
	DROP_NONE = 0,
	DROP_NO_GENERATION = 1,           /* the endpoint has no policy yet: fail closed */
	DROP_POLICY_DENIED_INGRESS = 2,   /* the destination's policy */
	DROP_POLICY_DENIED_EGRESS = 3,    /* the source's policy */
	DROP_SPOOFED_MAC = 4,             /* source MAC is not the container's */
	DROP_SPOOFED_ADDRESS = 5,         /* source address is not the container's */
	DROP_FOREIGN_DESTINATION_MAC = 6, /* unicast to a MAC that is not the gateway's */
	DROP_VLAN_TAG = 7,                /* containers may not tag */
	DROP_TRUNCATED = 8,               /* headers end before they should */
	DROP_MALFORMED = 9,               /* a field contradicts the format */
	DROP_UNSUPPORTED_ETHERTYPE = 10,  /* neither IPv4, IPv6 nor ARP */
	DROP_UNSUPPORTED_FAMILY = 11,     /* the endpoint has no address of this family */
	DROP_TOO_MANY_EXTENSION_HEADERS = 12,
	DROP_ROUTING_HEADER = 13,  /* IPv6 source routing (RFC 5095) */
	DROP_FRAGMENT = 14,        /* lacks headers, overlaps them, or fits into no packet */
	DROP_INVALID_ADDRESS = 15, /* unspecified, loopback or IPv4-mapped on the wire */
	DROP_MULTICAST = 16,       /* multicast is not carried */
	DROP_ARP_MALFORMED = 17,
	DROP_ARP_SPOOFED = 18,        /* sender is not the container */
	DROP_ARP_FOREIGN_TARGET = 19, /* only the gateway is resolved */
	DROP_NDISC_MALFORMED = 20,
	DROP_NDISC_SPOOFED = 21,        /* the option or the address advertised is not the container's */
	DROP_NDISC_FOREIGN_TARGET = 22, /* only the gateway is resolved */
	DROP_NDISC_FORBIDDEN = 23,      /* only the gateway is a router */
	DROP_HOP_LIMIT_EXCEEDED = 24,
	DROP_UNSOLICITED_REPLY = 25, /* an echo or ARP reply that nobody asked for */
	DROP_FLOW_QUOTA = 26,        /* the endpoint has as many flows as it may */
	DROP_FLOW_TABLE_FULL = 27,
	DROP_SAME_ENDPOINT = 28,             /* from a container to itself over the wire */
	DROP_INTERNAL = 29,                  /* a map or helper failed that should not */
	DROP_FRAGMENT_UNKNOWN = 30,          /* a later fragment, whose first was not seen */
	DROP_SOURCE_ROUTE = 31,              /* IPv4 loose or strict source routing */
	DROP_ICMP_ERROR_UNRELATED = 32,      /* the packet that an error embeds is of no live flow */
	DROP_ICMP_REDIRECT = 33,             /* routes are the gateway's to tell */
	DROP_NO_FLOW = 34,                   /* SYN with ACK, or RST, that no flow knows */
	DROP_DHCP_SERVER = 35,               /* a container answers DHCP */
	DROP_TRANSLATION_PORTS_USED_UP = 36, /* no free port left to masquerade with */
	DROP_TRANSLATION_UNSUPPORTED = 37,   /* cannot be masqueraded */
	DROP_PACKET_TOO_BIG = 38,            /* larger than the link, and nobody may cut it */
	DROP_BROADCAST = 39,                 /* broadcast is not carried */
	DROP_CHECKSUM_MISPLACED = 40,        /* the card is told to put a checksum where none belongs */
	DROP_NO_ENDPOINT = 41,               /* the interface is no endpoint's: fail closed */
	DROP_NOT_FORWARDED = 42,             /* the host does not forward from where the packet came in */
	DROP_USER_PROGRAM = 43,              /* a program of the user's at the container said so */
	DROP_REASON_COUNT = 44,
};
