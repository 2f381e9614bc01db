using Xunit.Sdk;
using Xunit.v3;

// Time is measured here, on machines with two cores.
[assembly: Parallelization(Mode = ParallelMode.None)]
