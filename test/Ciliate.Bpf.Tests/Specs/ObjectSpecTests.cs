using Xunit;

namespace Ciliate.Bpf.Tests.Specs;

public sealed class ObjectSpecTests
{
    private readonly ObjectSpec _spec = Fixture.Open("programs");

    [Fact]
    public void Maps_have_the_types_and_sizes_of_their_definition()
    {
        ObjectSpec maps = Fixture.Open("maps");

        MapSpec hash = maps.Map("hash");
        Assert.Equal((MapType.Hash, 8, 8, 10000u, MapFlags.NoPreallocation), (hash.Type, hash.KeySize, hash.ValueSize, hash.MaxEntries, hash.Flags));
        MapSpec trie = maps.Map("trie");
        Assert.Equal((MapType.LpmTrie, 8, 4), (trie.Type, trie.KeySize, trie.ValueSize));
        Assert.Equal("struct prefix", maps.Btf.Describe(trie.KeyTypeId));
        Assert.Equal(16, maps.Map("words").ValueSize);
        Assert.False(hash.IsPinned);
        Assert.True(Fixture.Open("pinned").Map("kept").IsPinned);
    }

    [Fact]
    public void A_map_of_maps_tells_what_its_inner_maps_look_like()
    {
        MapSpec? inner = Fixture.Open("maps").Map("hash_of_maps").Inner;

        Assert.NotNull(inner);
        Assert.Equal((MapType.Hash, 8u, 4, 4), (inner.Type, inner.MaxEntries, inner.KeySize, inner.ValueSize));
    }

    [Fact]
    public void Data_sections_are_maps_and_only_constants_are_read_only()
    {
        Assert.True(_spec.Map(".rodata").IsConstant);
        Assert.False(_spec.Map(".data").IsConstant);
        Assert.Equal(MapFlags.Mappable, _spec.Map(".bss").Flags);
        Assert.Equal(4, _spec.Map(".data").ValueSize);
    }

    [Theory]
    [InlineData("answer_of_constant", ProgramType.SchedCls, AttachType.None)]
    [InlineData("on_ingress", ProgramType.SchedCls, AttachType.TcxIngress)]
    [InlineData("on_egress", ProgramType.SchedCls, AttachType.TcxEgress)]
    [InlineData("flip", ProgramType.Xdp, AttachType.Xdp)]
    [InlineData("add", ProgramType.Syscall, AttachType.None)]
    public void The_section_tells_the_type_of_a_program(string name, ProgramType type, AttachType attachType)
    {
        ProgramSpec program = _spec.Program(name);

        Assert.Equal((type, attachType, "GPL"), (program.Type, program.AttachType, program.License));
    }

    [Fact]
    public void Only_functions_that_can_be_reached_are_linked_in()
    {
        string[] Functions(string name) =>
            [.. _spec.Program(name).Functions.Select(function => _spec.Btf[function.TypeId].Name)];

        Assert.Equal(["answer_of_constant"], Functions("answer_of_constant"));
        Assert.Equal(["through_leaf", "leaf"], Functions("through_leaf"));
        Assert.Equal(["through_functions", "global_function", "branch", "leaf"], Functions("through_functions"));
        Assert.Equal(["needs_other_function", "never_called"], Functions("needs_other_function"));
    }

    [Fact]
    public void Every_function_starts_with_a_source_line()
    {
        foreach (ProgramSpec program in _spec.Programs)
        {
            Assert.NotEmpty(program.Functions);
            Assert.All(program.Functions, function => Assert.Contains(program.Lines, line => line.Slot == function.Slot));
            Assert.Equal(program.Lines.OrderBy(line => line.Slot), program.Lines);
        }
    }

    [Fact]
    public void Constants_tell_type_size_and_description()
    {
        ConstantSpec answer = _spec.Constants.Single(constant => constant.Name == "answer");

        Assert.Equal(("__u32", 4, "What answer_of_constant returns."), (answer.TypeName, answer.Size, answer.Description));
        Assert.Equal("struct six", _spec.Constants.Single(constant => constant.Name == "six").TypeName);
        Assert.Equal("__u16[3]", _spec.Constants.Single(constant => constant.Name == "numbers").TypeName);
    }

    [Fact]
    public void A_constant_has_the_value_of_the_source_until_it_is_set()
    {
        Assert.Equal(42u, _spec.GetConstant<uint>("answer"));
        _spec.SetConstant("answer", 43u);
        Assert.Equal(43u, _spec.GetConstant<uint>("answer"));
    }

    [Fact]
    public void A_clone_keeps_its_constants_and_maps_to_itself()
    {
        _spec.SetConstant("answer", 1u);
        ObjectSpec clone = _spec.Clone();
        clone.SetConstant("answer", 2u);
        clone.ConfigureMap("counters", map => map with { MaxEntries = 9 });

        Assert.Equal((1u, 2u), (_spec.GetConstant<uint>("answer"), clone.GetConstant<uint>("answer")));
        Assert.Equal((4u, 9u), (_spec.Map("counters").MaxEntries, clone.Map("counters").MaxEntries));
    }

    [Fact]
    public void A_wrong_constant_is_an_error_that_names_it()
    {
        Assert.StartsWith("programs.bpf.o has no const volatile variable nothing",
            Assert.Throws<ArgumentException>(() => _spec.SetConstant("nothing", 1)).Message, StringComparison.Ordinal);
        Assert.StartsWith("programs.bpf.o: answer is __u32 of 4 bytes, not of 8",
            Assert.Throws<ArgumentException>(() => _spec.SetConstant("answer", 1L)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => _spec.SetConstant("folded", 8u));
        Assert.Throws<ArgumentException>(() => _spec.SetConstant("initialised", 8u));
    }

    [Theory]
    [InlineData("unknown_section", "unknown_section.bpf.o: section kprobe/anything: holds programs of an unknown kind")]
    [InlineData("unknown_symbol", "unknown_symbol.bpf.o: section tc: function calls_elsewhere calls elsewhere, which is not in this object")]
    [InlineData("core_relocation", "core_relocation.bpf.o: section .BTF.ext: section syscall has CO-RE relocations, which are not supported")]
    public void What_is_not_supported_is_named(string fixture, string message)
    {
        var error = Assert.Throws<BpfObjectException>(() => Fixture.Open(fixture));

        Assert.StartsWith(message, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }
}
