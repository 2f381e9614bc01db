using Ciliate.Bpf;
using Xunit;

namespace Ciliate.Datapath.Tests;

/// <summary>On newer kernels too it shows what only Linux 6.1 would refuse.</summary>
public sealed class CallStackTests
{
    private const byte StoreRegister64 = 0x7b, MoveRegister64 = 0xbf, AddImmediate64 = 0x07, Call = 0x85, Exit = 0x95;
    private const int FramePointer = 10, CallOfFunction = 1;

    public static TheoryData<string> Objects => ["container", "host", "collect"];

    [Theory]
    [MemberData(nameof(Objects))]
    public void Every_chain_of_calls_fits_the_stack_of_linux_6_1(string name)
    {
        var spec = name switch
        {
            "container" => DatapathObjects.Container,
            "host" => DatapathObjects.Host,
            _ => DatapathObjects.Collect,
        };

        Assert.NotEmpty(spec.Programs);
        Assert.All(spec.Programs, program =>
        {
            var (bytes, chain) = CallStack.Of(spec, program).Deepest();
            Assert.True(bytes <= CallStack.Limit, $"{bytes} bytes of stack: {chain}; put something into a row of scratch, or split a function");
        });
    }

    [Fact]
    public void The_deepest_chain_is_the_sum_of_its_frames_rounded_up()
    {
        Instruction[] code =
        [
            new(StoreRegister64, FramePointer, 1, -40, 0), // entry: 40 bytes
            new(Call, 0, CallOfFunction, 0, 2), // small
            new(Call, 0, CallOfFunction, 0, 3), // large
            new(Exit, 0, 0, 0, 0),
            new(StoreRegister64, FramePointer, 1, -8, 0), // small
            new(Exit, 0, 0, 0, 0),
            new(MoveRegister64, 2, FramePointer, 0, 0), // large: points 97 bytes down
            new(AddImmediate64, 2, 0, 0, -97),
            new(Exit, 0, 0, 0, 0),
        ];

        var stack = new CallStack(code, [0, 4, 6], start => start switch { 0 => "entry", 4 => "small", _ => "large" });

        Assert.Equal((64 + 128, "entry 64 > large 128"), stack.Deepest());
    }
}
