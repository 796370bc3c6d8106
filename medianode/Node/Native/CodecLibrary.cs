using System.Runtime.InteropServices;

namespace Byon.MediaNode.Native;

/// <summary>A codec library as the system's loader found it: which of several builds is in use shows only here.</summary>
/// <param name="Name">It was asked for by this name, as "libopus.so.0".</param>
/// <param name="Path">The file that is mapped, links followed.</param>
/// <param name="Version">What it says of itself; null where it cannot tell.</param>
public sealed unsafe partial record CodecLibrary(string Name, string Path, string? Version)
{
    public override string ToString() => Version is null ? Path : $"{Path} ({Version})";

    /// <summary>Loads a library for good; null where there is none of that name.</summary>
    /// <param name="function">One that it exports.</param>
    internal static CodecLibrary? Load(string name, string function)
    {
        if (!NativeLibrary.TryLoad(name, typeof(CodecLibrary).Assembly, null, out var handle) || !NativeLibrary.TryGetExport(handle, function, out var address))
            return null;
        if (FindObject(address, out var found) == 0 || Marshal.PtrToStringUTF8(found.FileName) is not { } path) return null;
        return new CodecLibrary(name, File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path, name == OpusLibrary.Name ? OpusLibrary.Version : null);
    }

    /// <summary>dladdr(3): the object that holds an address.</summary>
    [LibraryImport("libc", EntryPoint = "dladdr")]
    private static partial int FindObject(nint address, out FoundObject found);

    /// <summary>Dl_info.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct FoundObject
    {
        public nint FileName;
        public nint Base;
        public nint SymbolName;
        public nint SymbolAddress;
    }
}
