using System.Net;
using System.Text;
using System.Threading.Channels;

namespace Byon.Tests.Local.Tests.FunctionsHost;

/// <summary>A request body that is sent piece by piece, when the test says so; its head goes out at once.</summary>
internal sealed class StreamedUpload : HttpContent
{
    private readonly Channel<string> _parts = Channel.CreateUnbounded<string>();

    public void Send(string part) => _parts.Writer.TryWrite(part);

    public void Complete() => _parts.Writer.Complete();

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
    {
        await stream.FlushAsync();
        await foreach (var part in _parts.Reader.ReadAllAsync())
        {
            await stream.WriteAsync(Encoding.UTF8.GetBytes(part));
            await stream.FlushAsync();
        }
    }

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }
}
