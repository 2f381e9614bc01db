using Ciliate.Linux;

namespace Ciliate.Bpf;

/// <summary>Something that a kernel has or has not. Found out by trying, once; an attempt that tells nothing (no rights, no memory) is an
/// exception and is tried again the next time. Thread-safe.</summary>
public sealed class Feature
{
    private readonly Func<bool> _probe;
    private readonly Lock _lock = new();
    private bool? _known;

    /// <param name="probe">True or false when the kernel said so; throws when it said something else.</param>
    public Feature(string name, Version minimumKernel, Func<bool> probe)
    {
        Name = name;
        MinimumKernel = minimumKernel;
        _probe = probe;
    }

    public string Name { get; }

    /// <summary>The first release of Linux that has it; distributions may have brought it to older ones.</summary>
    public Version MinimumKernel { get; }

    /// <exception cref="LinuxException">The probe was inconclusive.</exception>
    public bool IsSupported
    {
        get
        {
            lock (_lock)
            {
                return _known ??= _probe();
            }
        }
    }

    /// <exception cref="FeatureMissingException">This kernel does not have it.</exception>
    /// <exception cref="LinuxException">The probe was inconclusive.</exception>
    public void Require()
    {
        if (!IsSupported)
        {
            throw new FeatureMissingException($"this kernel ({Kernel.Release}) has no {Name}: Linux {MinimumKernel} or later is needed");
        }
    }

    public override string ToString() => Name;
}

/// <summary>One line that names what the kernel lacks.</summary>
public sealed class FeatureMissingException(string message) : Exception(message);
