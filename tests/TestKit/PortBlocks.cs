using System.Globalization;

namespace Byon.Tests.TestKit;

/// <summary>
/// A range of ports in blocks, each of which is one process's until that ends, however it ends: it holds the lock of a file of the
/// block's name. A port that is free while one process looks is else taken by another before the first one has bound it.
/// </summary>
internal sealed class PortBlocks(int first, int last)
{
    private const int Size = 100;

    /// <summary>One for each user: nobody can open another's files.</summary>
    private static readonly string Folder = Path.Combine(Path.GetTempPath(), $"byon-test-ports-{Environment.UserName}");

    private readonly int _count = (last - first) / Size;
    private readonly Dictionary<int, FileStream> _locks = [];
    private readonly Queue<(int Next, int End)> _given = new();
    private int _index = Environment.ProcessId * 7;

    /// <summary>
    /// Ports of blocks that lie beside each other: such as were never given here, as long as there are any, and then those again that
    /// were given longest ago. Each block is to be used from its beginning.
    /// </summary>
    public (int Next, int End) Next(int ports)
    {
        var blocks = (ports + Size - 1) / Size;
        for (var tried = 0; tried < _count; tried++)
        {
            var index = _index++ % _count;
            if (index + blocks > _count || !TryLock(index, blocks)) continue;
            _index = index + blocks;
            var taken = (Next: first + index * Size, End: first + (index + blocks) * Size);
            _given.Enqueue(taken);
            return taken;
        }

        return Again(ports);
    }

    private (int Next, int End) Again(int ports)
    {
        for (var tried = 0; tried < _given.Count; tried++)
        {
            var taken = _given.Dequeue();
            _given.Enqueue(taken);
            if (taken.End - taken.Next >= ports) return taken;
        }

        throw new InvalidOperationException($"other processes hold the ports between {first} and {last}: see the locks in {Folder}");
    }

    private bool TryLock(int index, int blocks)
    {
        Directory.CreateDirectory(Folder);
        for (var i = 0; i < blocks; i++)
        {
            if (TryLock(index + i)) continue;
            while (--i >= 0)
            {
                _locks.Remove(index + i, out var held);
                held!.Dispose();
            }

            return false;
        }

        return true;
    }

    private bool TryLock(int block)
    {
        if (_locks.ContainsKey(block)) return false;
        try
        {
            var name = (first + block * Size).ToString(CultureInfo.InvariantCulture);
            _locks.Add(block, new FileStream(Path.Combine(Folder, name), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
            return true;
        }
        catch (Exception held) when (held is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
