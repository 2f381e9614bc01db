using Ciliate.Cli;

return await CommandLine.RunAsync(args, Terminal.OfProcess(), CancellationToken.None).ConfigureAwait(false);
