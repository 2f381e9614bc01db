using Xunit.Sdk;
using Xunit.v3;

// Two searches side by side have the processors to themselves.
[assembly: Parallelization(Mode = ParallelMode.None)]
