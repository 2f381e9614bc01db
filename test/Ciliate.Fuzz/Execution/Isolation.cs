using System.Diagnostics;
using Ciliate.Fuzz.Campaigns;

namespace Ciliate.Fuzz.Execution;

/// <summary>Inputs name paths, processes and interfaces, and the agent acts on them: they are tried in namespaces of their own, where none of
/// the machine's can be named.</summary>
internal static class Isolation
{
    private const string Marker = "CILIATE_FUZZ_INSIDE";

    public static bool IsInside => Environment.GetEnvironmentVariable(Marker) is not null;

    /// <summary>A process inside: other network, other process numbers, an empty /run.</summary>
    public static ProcessStartInfo Command(params IReadOnlyList<string> command)
    {
        // Above all no default route, no /proc/N/ns/net and no /run/netns/NAME of the machine's.
        string[] outer =
        [
            "--mount", "--net", "--ipc", "--pid", "--fork", "--kill-child", "--mount-proc", "--",
            "sh", "-c", "mount -t tmpfs tmpfs /run && exec \"$@\"", "sh",
        ];
        var info = new ProcessStartInfo("unshare", [.. outer, .. command]) { UseShellExecute = false };
        info.Environment[Marker] = "1";
        info.Environment["DOTNET_GCHeapHardLimit"] = Limits.HeapLimit;
        info.Environment["DOTNET_EnableDiagnostics"] = "0";
        return info;
    }

    /// <summary>Runs this program inside with other arguments, and tells whether it found nothing.</summary>
    public static bool Relaunch(IReadOnlyList<string> arguments)
    {
        using var process = Process.Start(Command(["dotnet", Self, .. arguments]))!;
        process.WaitForExit();
        return process.ExitCode switch
        {
            0 => true,
            1 => false,
            int code => throw new CampaignException($"{string.Join(' ', arguments)} ended with code {code}: the input that was tried last ends the process"),
        };
    }

    /// <summary>This program's file.</summary>
    public static string Self => Path.Combine(AppContext.BaseDirectory, "Ciliate.Fuzz.dll");
}
