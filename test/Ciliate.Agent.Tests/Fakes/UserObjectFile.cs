using Ciliate.Agent.Endpoints;

namespace Ciliate.Agent.Tests.Fakes;

/// <summary>An object with programs as users write them.</summary>
internal static class UserObjectFile
{
    public static HookRequest Request(string program) => new(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "user.bpf.o")), "user.o", program);
}
