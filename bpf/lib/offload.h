/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Checksums that are left to the card, or to the stack where the card makes none. Who sends by a packet
 * socket (PACKET_VNET_HDR) says himself where the sum is to be put, and so could have an address or a port
 * changed after it was judged.
 *
 * Where that is stands in the kernel's struct sk_buff and nowhere else, so it is read from there. The offsets
 * differ between kernels; the agent takes them from the running kernel's BTF. */
#pragma once

#include "config.h"
#include "packet.h"

/* Bytes of struct sk_buff that hold all four fields; a mask, too. */
#define OFFLOAD_WINDOW 64

CONFIG(__u32, offload_window, "Bytes in struct sk_buff before the first of the fields that follow.");
CONFIG(__u32, offload_summed, "Where in that window the byte with ip_summed is.");
CONFIG(__u32, offload_summed_shift, "Lowest bit of ip_summed in its byte.");
CONFIG(__u32, offload_sum_start, "Where csum_start is.");
CONFIG(__u32, offload_sum_offset, "Where csum_offset is.");
CONFIG(__u32, offload_network_header, "Where network_header is.");

/* ip_summed of a packet whose checksum is still to be made (linux/skbuff.h). */
#define CHECKSUM_PARTIAL 3

/* May a checksum be put at that byte, from the transport header on? Where the protocol has its own, or in
 * content that nobody judges, such as the packet in a tunnel. Of ICMP all is judged. */
static __always_inline _Bool may_be_summed(const struct packet *p, __s32 place)
{
	if (p->fragment == FRAGMENT_LATER)
		return place >= 0;
	switch (p->protocol) {
	case IPPROTO_TCP:
		return place >= 16;
	case IPPROTO_UDP:
		return place >= 6;
	case IPPROTO_SCTP:
		return place >= 8;
	case IPPROTO_ICMP:
	case IPPROTO_ICMPV6:
		return place == 2;
	}
	return place >= 0;
}

static __always_inline __u32 window_field(const __u8 *window, __u32 offset)
{
	return *(const __u16 *)(window + (offset & (OFFLOAD_WINDOW - 2)));
}

SUBPROGRAM int check_offload(struct __sk_buff *skb, const struct packet *p)
{
	__u8 window[OFFLOAD_WINDOW] __attribute__((aligned(8)));
	if (!p || bpf_probe_read_kernel(window, sizeof(window), (void *)skb + offload_window))
		return -DROP_INTERNAL;
	__u32 summed = window[offload_summed & (OFFLOAD_WINDOW - 1)] >> offload_summed_shift & 3;
	if (summed != CHECKSUM_PARTIAL)
		return 0;
	/* csum_start and network_header are both counted from the buffer's start */
	__s32 place = (__s32)window_field(window, offload_sum_start) -
		      (__s32)window_field(window, offload_network_header) + ETH_HLEN +
		      (__s32)window_field(window, offload_sum_offset);
	return may_be_summed(p, place - (__s32)p->l4_offset) ? 0 : -DROP_CHECKSUM_MISPLACED;
}
