/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the plugin uses of QEMU's plugin interface, versions 1 (QEMU 7.2) and 3
 * and later (9.1 and later).  Debian's QEMU has plugins compiled in, its
 * packages hold no qemu-plugin.h.  Source: include/qemu/qemu-plugin.h of QEMU
 * 7.2 and 10.0, docs/devel/tcg-plugins.rst.
 *
 * Functions of one version alone are weak: qemu_interface.h asks which are there.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PLUGIN_EXPORT __attribute__((visibility("default")))
#define PLUGIN_WEAK __attribute__((weak))

/*
 * Not of the plugin interface, which shows no guest's memory: exported for
 * QEMU's own modules.  Host address of guest memory at `addr` for as many bytes
 * of *plen as follow each other there, whose number it leaves in *plen.
 * Source: QEMU 7.2 to 10, include/exec/cpu-common.h.
 */
void *cpu_physical_memory_map(uint64_t addr, uint64_t *plen, bool is_write) PLUGIN_WEAK;

typedef uint64_t qemu_plugin_id_t;
struct qemu_plugin_tb;
struct qemu_plugin_insn;
struct qemu_plugin_hwaddr;

typedef struct {
    const char *target_name;
    struct {
        int min; /* oldest version of the interface that this QEMU serves */
        int cur;
    } version;
    bool system_emulation;
    struct {
        int smp_vcpus;
        int max_vcpus;
    } system;
} qemu_info_t;

enum qemu_plugin_cb_flags { QEMU_PLUGIN_CB_NO_REGS };
enum qemu_plugin_mem_rw { QEMU_PLUGIN_MEM_R = 1, QEMU_PLUGIN_MEM_W, QEMU_PLUGIN_MEM_RW };
enum qemu_plugin_op { QEMU_PLUGIN_INLINE_ADD_U64 };

typedef void (*qemu_plugin_vcpu_udata_cb_t)(unsigned int vcpu_index, void *userdata);
typedef uint32_t qemu_plugin_meminfo_t;
typedef void (*qemu_plugin_vcpu_mem_cb_t)(unsigned int vcpu_index, qemu_plugin_meminfo_t info, uint64_t vaddr, void *userdata);
typedef void (*qemu_plugin_vcpu_tb_trans_cb_t)(qemu_plugin_id_t id, struct qemu_plugin_tb *tb);

/* Called for every block of instructions when it is translated. */
void qemu_plugin_register_vcpu_tb_trans_cb(qemu_plugin_id_t id, qemu_plugin_vcpu_tb_trans_cb_t cb);

size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *tb);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *tb, size_t index);
uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn *insn);
size_t qemu_plugin_insn_size(const struct qemu_plugin_insn *insn);
/* One name, two functions: version 1 has the instruction's bytes, version 3 copies `len` of them and says how many it copied. */
const void *qemu_plugin_insn_data_1(const struct qemu_plugin_insn *insn) __asm__("qemu_plugin_insn_data");
size_t qemu_plugin_insn_data_3(const struct qemu_plugin_insn *insn, void *dest, size_t len) __asm__("qemu_plugin_insn_data");

/* Called before the instruction is executed, each time. */
void qemu_plugin_register_vcpu_insn_exec_cb(struct qemu_plugin_insn *insn, qemu_plugin_vcpu_udata_cb_t cb,
                                            enum qemu_plugin_cb_flags flags, void *userdata);

/* Version 1.  Adds `imm` to the uint64_t at `ptr` before the instruction is executed, each time; no call. */
void qemu_plugin_register_vcpu_insn_exec_inline(struct qemu_plugin_insn *insn, enum qemu_plugin_op op, void *ptr, uint64_t imm) PLUGIN_WEAK;
/* The same after each access to memory that the instruction makes in the direction `rw`. */
void qemu_plugin_register_vcpu_mem_inline(struct qemu_plugin_insn *insn, enum qemu_plugin_mem_rw rw, enum qemu_plugin_op op,
                                          void *ptr, uint64_t imm) PLUGIN_WEAK;

/* From version 2.  Zeroed memory of `element_size` bytes for each CPU, whose place is found by the CPU's number. */
struct qemu_plugin_scoreboard;
struct qemu_plugin_scoreboard *qemu_plugin_scoreboard_new(size_t element_size) PLUGIN_WEAK;
void *qemu_plugin_scoreboard_find(struct qemu_plugin_scoreboard *score, unsigned int vcpu_index) PLUGIN_WEAK;
/* The uint64_t at `offset` of the executing CPU's. */
typedef struct {
    struct qemu_plugin_scoreboard *score;
    size_t offset;
} qemu_plugin_u64;
void qemu_plugin_register_vcpu_insn_exec_inline_per_vcpu(struct qemu_plugin_insn *insn, enum qemu_plugin_op op, qemu_plugin_u64 entry,
                                                         uint64_t imm) PLUGIN_WEAK;
void qemu_plugin_register_vcpu_mem_inline_per_vcpu(struct qemu_plugin_insn *insn, enum qemu_plugin_mem_rw rw, enum qemu_plugin_op op,
                                                   qemu_plugin_u64 entry, uint64_t imm) PLUGIN_WEAK;

/* Called after each access to memory that the instruction makes in the direction `rw`. */
void qemu_plugin_register_vcpu_mem_cb(struct qemu_plugin_insn *insn, qemu_plugin_vcpu_mem_cb_t cb, enum qemu_plugin_cb_flags flags,
                                      enum qemu_plugin_mem_rw rw, void *userdata);
unsigned int qemu_plugin_mem_size_shift(qemu_plugin_meminfo_t info); /* log2 of the bytes accessed */
bool qemu_plugin_mem_is_store(qemu_plugin_meminfo_t info);
/* Of an access, within its callback; NULL if it has no address. */
struct qemu_plugin_hwaddr *qemu_plugin_get_hwaddr(qemu_plugin_meminfo_t info, uint64_t vaddr);
bool qemu_plugin_hwaddr_is_io(const struct qemu_plugin_hwaddr *haddr);
uint64_t qemu_plugin_hwaddr_phys_addr(const struct qemu_plugin_hwaddr *haddr);

extern PLUGIN_EXPORT int qemu_plugin_version;
PLUGIN_EXPORT int qemu_plugin_install(qemu_plugin_id_t id, const qemu_info_t *info, int argc, char **argv);
