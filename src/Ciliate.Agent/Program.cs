return await Ciliate.Agent.Hosting.AgentProcess.RunAsync(args).ConfigureAwait(false);
