/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Types of ICMP (RFC 792) and ICMPv6 (RFC 4443) that the datapath knows. */
#pragma once

enum icmp_type {
	ICMP_ECHO_REPLY = 0,
	ICMP_UNREACHABLE = 3,
	ICMP_SOURCE_QUENCH = 4, /* deprecated (RFC 6633); an error like the others */
	ICMP_REDIRECT = 5,
	ICMP_ECHO_REQUEST = 8,
	ICMP_TIME_EXCEEDED = 11,
	ICMP_PARAMETER_PROBLEM = 12,
};

enum icmpv6_type {
	ICMPV6_LAST_ERROR = 4, /* 1-4: unreachable, too big, time exceeded, parameter problem */
	ICMPV6_ECHO_REQUEST = 128,
	ICMPV6_ECHO_REPLY = 129,
	MLD_QUERY = 130,
	MLD_REPORT = 131,
	MLD_DONE = 132,
	NDISC_ROUTER_SOLICITATION = 133,
	NDISC_ROUTER_ADVERTISEMENT = 134,
	NDISC_NEIGHBOUR_SOLICITATION = 135,
	NDISC_NEIGHBOUR_ADVERTISEMENT = 136,
	NDISC_REDIRECT = 137,
	MLD2_REPORT = 143,
};
