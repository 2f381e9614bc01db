using System.Globalization;
using Ciliate.Linux;
using Ciliate.Netlink;

namespace Ciliate.Datapath.Hooks;

/// <summary>The qdiscs that filters need. One that we made is marked by an empty directory <c>clsact@INTERFACE</c> below the root, and
/// goes when no filter stands at it any more; if then there are filters of others, the qdisc is theirs.</summary>
internal sealed class ClsactQdiscs(string root, RouteNetlink routes)
{
    private const string MarkPrefix = "clsact@";

    public static bool IsMark(string path) => Path.GetFileName(path).StartsWith(MarkPrefix, StringComparison.Ordinal) && InterfaceOf(path) != 0;

    /// <summary>0 when the path is no mark.</summary>
    public static int InterfaceOf(string mark) =>
        int.TryParse(Path.GetFileName(mark)[MarkPrefix.Length..], NumberStyles.None, CultureInfo.InvariantCulture, out int index) ? index : 0;

    public void Require(int ifIndex)
    {
        var mark = MarkOf(ifIndex);
        if (Directory.Exists(mark))
        {
            routes.TryAddClsact(ifIndex);
            return;
        }
        // Marked before it is made: a crash in between leaves a mark and no qdisc, never a qdisc that stays for ever.
        FileSystem.MakeDirectory(mark);
        var made = false;
        try
        {
            made = routes.TryAddClsact(ifIndex);
        }
        finally
        {
            if (!made)
                FileSystem.RemoveDirectory(mark);
        }
    }

    public void Release(int ifIndex)
    {
        var mark = MarkOf(ifIndex);
        if (!Directory.Exists(mark) || HasOurs(ifIndex))
            return;
        if (!routes.HasFilters(ifIndex))
            ClsactHooks.IgnoreIfGone(() => routes.DeleteClsact(ifIndex));
        FileSystem.RemoveDirectory(mark);
    }

    private bool HasOurs(int ifIndex) => Enum.GetValues<FilterDirection>()
        .SelectMany(direction => routes.ListFilters(ifIndex, direction))
        .Any(filter => filter.Name.StartsWith(root + "/", StringComparison.Ordinal));

    private string MarkOf(int ifIndex) => Path.Combine(root, string.Create(CultureInfo.InvariantCulture, $"{MarkPrefix}{ifIndex}"));
}
