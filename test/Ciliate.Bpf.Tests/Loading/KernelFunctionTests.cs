using Ciliate.Linux;
using Xunit;

namespace Ciliate.Bpf.Tests.Loading;

public sealed class KernelFunctionTests
{
    private const string Function = "bpf_cast_to_kern_ctx"; // since Linux 6.2

    private static readonly bool s_hasFunction =
        File.ReadLines("/proc/kallsyms").Any(line => line.EndsWith($" {Function}", StringComparison.Ordinal));

    private readonly ObjectSpec _spec = Fixture.Open("kernel_functions");

    [Theory]
    [InlineData("weak", 1, 2)]
    [InlineData("in_a_function", 11, 21)]
    public void A_weak_function_is_called_where_the_kernel_has_it(string program, int there, int missing)
    {
        using LoadedObject loaded = Fixture.Load(_spec, program);

        Assert.Equal(s_hasFunction ? there : missing, loaded.Run(program));
    }

    [Fact]
    public void A_weak_function_that_is_missing_yields_0()
    {
        using LoadedObject loaded = Fixture.Load(_spec, "weak_and_missing");

        Assert.Equal(2, loaded.Run("weak_and_missing"));
    }

    [Fact]
    public void A_strong_function_that_is_missing_is_named()
    {
        var error = Assert.Throws<BpfObjectException>(() => Fixture.Load(_spec, "strong_and_missing"));

        Assert.Equal(
            "kernel_functions.bpf.o: section tc: program strong_and_missing calls kernel function every_kernel_lacks_it, " +
            $"which this kernel ({Kernel.Release}) does not have", error.Message);
    }

    [Fact]
    public void A_strong_function_is_called_or_named()
    {
        if (!s_hasFunction)
        {
            Assert.Contains(Function, Assert.Throws<BpfObjectException>(() => Fixture.Load("strong_function")).Message, StringComparison.Ordinal);
            return;
        }

        using LoadedObject loaded = Fixture.Load("strong_function");

        Assert.Equal(1, loaded.Run("strong"));
    }

    [Fact]
    public void Calls_are_told_with_names_and_listed_by_them()
    {
        Assert.Equal([(Function, true)], _spec.Program("in_a_function").KernelCalls.Select(call => (call.Name, call.IsWeak)));
        Assert.Contains($": call kernel function {Function}, or r0 = 0\n", _spec.Disassemble("weak"), StringComparison.Ordinal);
        Assert.Contains(": call kernel function every_kernel_lacks_it\n", _spec.Disassemble("strong_and_missing"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_variable_of_the_kernel_is_refused_by_name() =>
        Assert.Equal(
            "kernel_variable.bpf.o: section .BTF: lists bpf_prog_active in section .ksyms: of the kernel's symbols only functions are supported",
            Assert.Throws<BpfObjectException>(() => Fixture.Open("kernel_variable")).Message);
}
