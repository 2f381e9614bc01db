using Ciliate.Bpf;
using Ciliate.Bpf.Grafting;
using Ciliate.Linux;

namespace Ciliate.Datapath;

/// <summary>What a user's program may be. Most is left to the kernel's verifier: for a program of a lightweight tunnel the packet is
/// read-only.</summary>
internal static class UserProgramRules
{
    private const byte Call = 0x85;

    /// <summary>Helpers that change neither packet nor machine, by their numbers in linux/bpf.h.</summary>
    private static readonly SortedDictionary<int, string> s_helpers = new()
    {
        [1] = "map_lookup_elem",
        [2] = "map_update_elem",
        [3] = "map_delete_elem",
        [5] = "ktime_get_ns",
        [7] = "get_prandom_u32",
        [8] = "get_smp_processor_id",
        [26] = "skb_load_bytes",
        [87] = "map_push_elem",
        [88] = "map_pop_elem",
        [89] = "map_peek_elem",
        [118] = "jiffies64",
        [125] = "ktime_get_boot_ns",
        [130] = "ringbuf_output",
        [131] = "ringbuf_reserve",
        [132] = "ringbuf_submit",
        [133] = "ringbuf_discard",
        [134] = "ringbuf_query",
        [160] = "ktime_get_coarse_ns",
        [182] = "strncmp",
    };

    /// <exception cref="DatapathException">There is no such program, or no only one.</exception>
    public static string Choose(ObjectSpec spec, string? program)
    {
        string[] names = [.. spec.Programs.Select(found => found.Name)];
        if (program is not null && !names.Contains(program))
            throw new DatapathException($"{spec.Name} has no program {program}; it has {Enumerate(names)}");
        return program ?? (names.Length == 1
            ? names[0]
            : throw new DatapathException($"{spec.Name} has {Enumerate(names)}: name the one that is to judge packets"));
    }

    /// <exception cref="DatapathException">It does what it may not.</exception>
    public static void Check(ObjectSpec spec, string program)
    {
        var code = spec.Program(program);
        if (code.KernelCalls.Count > 0)
            throw Refused(spec, code, code.KernelCalls[0].Slot, $"calls {code.KernelCalls[0].Name} of the kernel; a user's program may not");
        for (int slot = 0; slot < code.Instructions.Count; slot++)
        {
            var instruction = code.Instructions[slot];
            bool isHelper = instruction is { Code: Call, Source: 0 };
            if (isHelper && !s_helpers.ContainsKey(instruction.Immediate))
                throw Refused(spec, code, slot, $"calls helper {instruction.Immediate}; a user's program may call {string.Join(", ", s_helpers.Values)}");
        }
        if (ContextWrites.Find(spec, program) is { } line)
            throw new DatapathException($"{spec.Name}: program {program} writes to the packet's context; a user's program only reads (at {line})");
        Verify(spec, program);
    }

    /// <summary>The same object with the program as one that may not write to packets.</summary>
    public static ObjectSpec AsReader(ObjectSpec spec, string program)
    {
        var reader = spec.Clone();
        reader.ReplaceProgram(spec.Program(program).As(ProgramType.LightweightTunnelIn));
        return reader;
    }

    private static void Verify(ObjectSpec spec, string program)
    {
        try
        {
            using var loader = new BpfLoader();
            using var loaded = loader.Load(AsReader(spec, program), new LoadOptions { Programs = [program] });
        }
        catch (Exception error) when (error is VerifierException or LinuxException)
        {
            throw new DatapathException($"{spec.Name}: {error.Message}", error);
        }
    }

    private static DatapathException Refused(ObjectSpec spec, ProgramSpec program, int slot, string what)
    {
        string line = spec.SourceLineOf(program, slot) is { } known ? $" (at {known})" : "";
        return new DatapathException($"{spec.Name}: program {program.Name} {what}{line}");
    }

    private static string Enumerate(string[] names) => names.Length switch
    {
        0 => "no programs",
        1 => "only " + names[0],
        _ => "programs " + string.Join(", ", names),
    };
}
