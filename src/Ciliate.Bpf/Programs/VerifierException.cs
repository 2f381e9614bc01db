namespace Ciliate.Bpf;

/// <summary>The kernel's verifier refused a program. The message is one line: program, reason and source line.</summary>
public sealed class VerifierException : Exception
{
    internal VerifierException(string program, VerifierLog log)
        : base($"program {program}: {log.Reason}{(log.SourceLine.Length > 0 ? $" (at {log.SourceLine})" : "")}")
    {
        FullLog = log.Text;
    }

    /// <summary>All that the verifier wrote, with every instruction it walked through.</summary>
    public string FullLog { get; }
}
