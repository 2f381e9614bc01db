using Ciliate.Testing;

namespace Ciliate.EndToEnd.Tests.UserPrograms;

/// <summary>Objects, compiled as users do.</summary>
internal static class UserObject
{
    /// <summary>That of examples/user-programs.</summary>
    public static string Budget(string directory, string options = "-O2") =>
        Compile(Repository.PathOf("examples", "user-programs", "udp-budget.bpf.c"), Path.Combine(directory, $"budget{options}.o"), options);

    /// <summary>Programs fit and unfit.</summary>
    public static string Several(string directory) =>
        Compile(Repository.PathOf("test", "Ciliate.Datapath.Tests", "UserPrograms", "user.bpf.c"), Path.Combine(directory, "several.o"), "-O2");

    private static string Compile(string source, string path, string options)
    {
        ProcessResult result = TestProcess.Run(
            null, "clang-19", options, "-g", "-target", "bpf", "-I/usr/include/x86_64-linux-gnu", "-c", source, "-o", path);
        return result.ExitCode == 0 ? path : throw new InvalidOperationException(result.Errors);
    }
}
