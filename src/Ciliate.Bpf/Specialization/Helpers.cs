namespace Ciliate.Bpf.Specialization;

/// <summary>How many arguments helpers take, so that what merely lies in a register at a call counts for nothing.</summary>
internal static class Helpers
{
    public const int TailCall = 12;

    // By helper number, from the signatures in linux/bpf.h (6.1), fifty in a row. Number 0 is no helper, and 6 takes what it is given.
    private static readonly string s_arguments =
        "52423050055533002131442215435333231032322103231125" +
        "43442435224224325454444443414102425513224431111115" +
        "54333444215533332104451130531243222211111444342335" +
        "41421242020315453413231111341454332101144533231442" +
        "2553332204";

    public static int KnownCount => s_arguments.Length;

    /// <summary>Five when the helper is not known.</summary>
    public static int ArgumentsOf(int helper) =>
        helper >= 0 && helper < s_arguments.Length ? s_arguments[helper] - '0' : Encoding.LastArgument;
}
