/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The few words of the BPF machine that the datapath uses. Helper numbers come from the kernel's header. */
#pragma once

#include <linux/bpf.h>
#include <linux/types.h>

/* of sys/socket.h, which is not for here */
#define AF_INET  2
#define AF_INET6 10

#define NULL      ((void *)0)
#define SEC(name) __attribute__((section(name), used))
#undef __always_inline
#define __always_inline inline __attribute__((always_inline))
/* A function that the verifier checks once by itself, whatever its callers know, and not again for each call:
 * so the cost of loading a program is the sum of its parts. For all that it knows the pointer arguments may
 * be NULL, so they are compared. */
#define SUBPROGRAM  __attribute__((noinline))
#define likely(x)   __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)

/* Fields of a map definition; user space reads them from BTF. */
#define __uint(name, value) int(*name)[value]
#define __type(name, value) typeof(value) *name

#define HELPER(result, name, id, ...) static result (*const name)(__VA_ARGS__) = (void *)(id)

HELPER(void *, bpf_map_lookup_elem, BPF_FUNC_map_lookup_elem, void *map, const void *key);
HELPER(long, bpf_map_update_elem, BPF_FUNC_map_update_elem, void *map, const void *key, const void *value,
       __u64 flags);
HELPER(long, bpf_map_delete_elem, BPF_FUNC_map_delete_elem, void *map, const void *key);
HELPER(long, bpf_tail_call, BPF_FUNC_tail_call, void *context, void *programs, __u32 index);
HELPER(__u64, bpf_ktime_get_ns, BPF_FUNC_ktime_get_ns, void);
HELPER(__u64, bpf_jiffies64, BPF_FUNC_jiffies64, void);
HELPER(long, bpf_redirect, BPF_FUNC_redirect, __u32 ifindex, __u64 flags);
HELPER(long, bpf_redirect_peer, BPF_FUNC_redirect_peer, __u32 ifindex, __u64 flags);
HELPER(long, bpf_skb_load_bytes, BPF_FUNC_skb_load_bytes, const struct __sk_buff *skb, __u32 offset, void *to,
       __u32 length);
HELPER(long, bpf_redirect_neigh, BPF_FUNC_redirect_neigh, __u32 ifindex, struct bpf_redir_neigh *params,
       int params_size, __u64 flags);
HELPER(long, bpf_fib_lookup, BPF_FUNC_fib_lookup, void *context, struct bpf_fib_lookup *params, int size,
       __u32 flags);
HELPER(long, bpf_probe_read_kernel, BPF_FUNC_probe_read_kernel, void *to, __u32 size, const void *from);
HELPER(long, bpf_check_mtu, BPF_FUNC_check_mtu, void *context, __u32 ifindex, __u32 *mtu, __s32 difference,
       __u64 flags);
HELPER(long, bpf_skb_vlan_pop, BPF_FUNC_skb_vlan_pop, struct __sk_buff *skb);
HELPER(long, bpf_skb_pull_data, BPF_FUNC_skb_pull_data, struct __sk_buff *skb, __u32 length);
HELPER(long, bpf_skb_change_tail, BPF_FUNC_skb_change_tail, struct __sk_buff *skb, __u32 length, __u64 flags);
HELPER(long, bpf_skb_adjust_room, BPF_FUNC_skb_adjust_room, struct __sk_buff *skb, __s32 difference,
       __u32 mode, __u64 flags);
HELPER(long, bpf_skb_change_type, BPF_FUNC_skb_change_type, struct __sk_buff *skb, __u32 type);
HELPER(long, bpf_skb_store_bytes, BPF_FUNC_skb_store_bytes, struct __sk_buff *skb, __u32 offset,
       const void *from, __u32 length, __u64 flags);
HELPER(long, bpf_l3_csum_replace, BPF_FUNC_l3_csum_replace, struct __sk_buff *skb, __u32 offset, __u64 from,
       __u64 to, __u64 size);
HELPER(long, bpf_l4_csum_replace, BPF_FUNC_l4_csum_replace, struct __sk_buff *skb, __u32 offset, __u64 from,
       __u64 to, __u64 flags);
HELPER(struct bpf_sock *, bpf_skc_lookup_tcp, BPF_FUNC_skc_lookup_tcp, void *context,
       struct bpf_sock_tuple *tuple, __u32 size, __u64 namespace, __u64 flags);
HELPER(struct bpf_sock *, bpf_sk_lookup_udp, BPF_FUNC_sk_lookup_udp, void *context,
       struct bpf_sock_tuple *tuple, __u32 size, __u64 namespace, __u64 flags);
HELPER(long, bpf_sk_release, BPF_FUNC_sk_release, void *socket);
HELPER(__u32, bpf_get_prandom_u32, BPF_FUNC_get_prandom_u32, void);
HELPER(__s64, bpf_csum_diff, BPF_FUNC_csum_diff, __be32 *from, __u32 from_size, __be32 *to, __u32 to_size,
       __wsum seed);
HELPER(void *, bpf_ringbuf_reserve, BPF_FUNC_ringbuf_reserve, void *ring, __u64 size, __u64 flags);
HELPER(void, bpf_ringbuf_submit, BPF_FUNC_ringbuf_submit, void *data, __u64 flags);

/* Functions of the kernel (kfuncs), for what newer ones do better: where a kernel lacks one the loader puts 0
 * in the place of the call, which that kernel so never sees. */
#define KERNEL_FUNCTION(result, name, ...)                                                                   \
	extern result name(__VA_ARGS__) __attribute__((weak, section(".ksyms")))

/* The kernel's own struct sk_buff, in which the verifier knows every field (Linux 6.2). */
KERNEL_FUNCTION(void *, bpf_cast_to_kern_ctx, void *context);

#define be16(x)   ((__be16)__builtin_bswap16(x))
#define be32(x)   ((__be32)__builtin_bswap32(x))
#define host16(x) __builtin_bswap16((__u16)(x))
#define host32(x) __builtin_bswap32((__u32)(x))

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "the datapath is built for little-endian machines");

/* Keeps the compiler from turning a checked value into an unchecked copy of it. */
#define opaque(x) asm volatile("" : "+r"(x))
