using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace Byon.Tests.TestKit;

/// <summary>RIFF WAVE files with 16 bit linear PCM, the only kind the phones and the browser are given and write.</summary>
public static class WavFile
{
    private const int HeaderLength = 44;

    public static void Write(string path, ReadOnlySpan<short> samples, int sampleRate)
    {
        var header = new byte[HeaderLength];
        var dataLength = samples.Length * sizeof(short);
        Encoding.ASCII.GetBytes("RIFF").CopyTo(header, 0);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(4), HeaderLength - 8 + dataLength);
        Encoding.ASCII.GetBytes("WAVEfmt ").CopyTo(header, 8);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(16), 16);
        BinaryPrimitives.WriteInt16LittleEndian(header.AsSpan(20), 1);
        BinaryPrimitives.WriteInt16LittleEndian(header.AsSpan(22), 1);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(24), sampleRate);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(28), sampleRate * sizeof(short));
        BinaryPrimitives.WriteInt16LittleEndian(header.AsSpan(32), sizeof(short));
        BinaryPrimitives.WriteInt16LittleEndian(header.AsSpan(34), 16);
        Encoding.ASCII.GetBytes("data").CopyTo(header, 36);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(40), dataLength);
        using var file = File.Create(path);
        file.Write(header);
        file.Write(MemoryMarshal.AsBytes(samples));
    }

    /// <summary>
    /// The samples of the first channel of a file which may still be written to: the length fields are not believed,
    /// everything after the data header is taken.
    /// </summary>
    public static (short[] Samples, int SampleRate) Read(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var copy = new MemoryStream();
        file.CopyTo(copy);
        var bytes = copy.ToArray();
        var data = bytes.AsSpan().IndexOf("data"u8);
        if (data < 0)
            return ([], 8000);
        var channels = BinaryPrimitives.ReadInt16LittleEndian(bytes.AsSpan(22));
        var sampleRate = BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(24));
        var body = bytes.AsSpan(data + 8);
        var interleaved = MemoryMarshal.Cast<byte, short>(body[..(body.Length & ~1)]);
        var samples = new short[interleaved.Length / channels];
        for (var i = 0; i < samples.Length; i++)
            samples[i] = interleaved[i * channels];
        return (samples, sampleRate);
    }
}
