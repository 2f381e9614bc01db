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

/* Where the checksum is, from the transport header on (RFC 9293, 768, 9260, 792, 4443). */
enum sum_offset {
	TCP_SUM = 16,
	UDP_SUM = 6,
	SCTP_SUM = 8,
	ICMP_SUM = 2,
};

/* May a checksum be put at that byte, from the transport header on? Where the protocol has its own, or in
 * content that nobody judges, such as the packet in a tunnel. Of ICMP all is judged. */
static __always_inline _Bool may_be_summed(const struct packet *p, __s32 place)
{
	if (p->fragment == FRAGMENT_LATER)
		return place >= 0;
	switch (p->protocol) {
	case IPPROTO_TCP:
		return place >= TCP_SUM;
	case IPPROTO_UDP:
		return place >= UDP_SUM;
	case IPPROTO_SCTP:
		return place >= SCTP_SUM;
	case IPPROTO_ICMP:
	case IPPROTO_ICMPV6:
		return place == ICMP_SUM;
	}
	return place >= 0;
}

static __always_inline __u32 window_field(const __u8 *window, __u32 offset)
{
	return *(const __u16 *)(window + (offset & (OFFLOAD_WINDOW - 2)));
}

/* Of a packet whose checksum is complete. */
#define NO_SUM_LEFT 0x7fffffff

static __always_inline int place_in_window(const __u8 *window)
{
	__u32 summed = window[offload_summed & (OFFLOAD_WINDOW - 1)] >> offload_summed_shift & 3;
	if (summed != CHECKSUM_PARTIAL)
		return NO_SUM_LEFT;
	/* csum_start and network_header are both counted from the buffer's start */
	return (__s32)window_field(window, offload_sum_start) -
	       (__s32)window_field(window, offload_network_header) + ETH_HLEN +
	       (__s32)window_field(window, offload_sum_offset);
}

/* Byte of the frame that a checksum is still to be put at. Where the kernel does not tell, one at which none
 * belongs. */
SUBPROGRAM int sum_place(struct __sk_buff *skb)
{
	const __u8 *buffer = bpf_cast_to_kern_ctx(skb);
	if (buffer)
		return place_in_window(buffer + offload_window);
	__u8 copy[OFFLOAD_WINDOW] __attribute__((aligned(8)));
	if (bpf_probe_read_kernel(copy, sizeof(copy), (void *)skb + offload_window))
		return 0;
	int place = place_in_window(copy);
	opaque(place); /* one load for both kinds of memory the verifier would not take */
	return place;
}

/* place: as sum_place() says. */
static __always_inline int check_offload(const struct packet *p, __s32 place)
{
	return place == NO_SUM_LEFT || may_be_summed(p, place - (__s32)p->l4_offset)
		       ? 0
		       : -DROP_CHECKSUM_MISPLACED;
}

/* Is the sum that is left of what a tunnel over UDP carries? The tunnel's own is complete then. */
static __always_inline _Bool is_sum_of_content(const struct packet *p, __s32 place)
{
	return p->protocol == IPPROTO_UDP && place != NO_SUM_LEFT && place > (__s32)(p->l4_offset + UDP_SUM);
}
