using Ciliate.AbiGen;
using Ciliate.Bpf;

try
{
    var options = Options.Parse(args);
    AbiFile.Write(options);
    return 0;
}
catch (UsageException error)
{
    await Console.Error.WriteLineAsync($"abigen: {error.Message}");
    return 2;
}
catch (Exception error) when (error is BpfObjectException or AbiException or IOException or UnauthorizedAccessException)
{
    await Console.Error.WriteLineAsync($"abigen: {error.Message}");
    return 1;
}
