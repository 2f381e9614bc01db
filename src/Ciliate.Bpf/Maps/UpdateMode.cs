namespace Ciliate.Bpf;

/// <summary>BPF_ANY, BPF_NOEXIST, BPF_EXIST.</summary>
public enum UpdateMode
{
    Any = 0,
    OnlyAdd = 1,
    OnlyReplace = 2,
}
