using System.Diagnostics;

namespace Byon.Tests.Fuzz;

/// <param name="Place">What tells one fault from another: the invariant, or the exception and where it was thrown.</param>
public sealed record FuzzFault(string Place, string Detail, byte[] Input)
{
    public static string PlaceOf(Exception fault)
    {
        if (fault is BrokenInvariantException) return fault.Message;
        var frame = new StackTrace(fault, fNeedFileInfo: false).GetFrames()
            .Select(f => f.GetMethod())
            .FirstOrDefault(m => m?.DeclaringType?.FullName?.StartsWith("Byon.MediaNode", StringComparison.Ordinal) == true);
        return $"{fault.GetType().Name} in {frame?.DeclaringType?.Name}.{frame?.Name}";
    }
}
