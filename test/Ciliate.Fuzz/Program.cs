return Ciliate.Fuzz.FuzzCommand.Run(args);
