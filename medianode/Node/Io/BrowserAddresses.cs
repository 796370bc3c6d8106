using System.Diagnostics.CodeAnalysis;
using System.Net;
using Byon.MediaNode.Core.Protocol.Ice;
using Byon.MediaNode.Native;

namespace Byon.MediaNode.Io;

/// <summary>
/// Whose datagrams come to a worker's one port: checks name their call by the user name fragment (RFC 8445 §7.3), and all else
/// comes from an address that a check has proved.
/// </summary>
internal sealed class BrowserAddresses
{
    /// <summary>A browser checks from a handful of addresses; more are nobody's.</summary>
    private const int MaximumAddresses = 8;

    private readonly Dictionary<string, MediaCall> _byFragment = new(StringComparer.Ordinal);
    private readonly Dictionary<PeerAddress, (MediaCall Call, IPEndPoint Remote)> _byAddress = [];

    public void Add(MediaCall call)
    {
        _byFragment[call.UsernameFragments[0]] = call;
        // A call that was taken up from another node has an address before any check.
        if (call.Session.WebRtcRemote is { } remote && PeerAddress.Of(remote) is var address && _byAddress.TryAdd(address, (call, remote)))
            call.Addresses.Add(address);
    }

    public void Remove(MediaCall call)
    {
        foreach (var fragment in call.UsernameFragments) Unname(call, fragment);
        foreach (var address in call.Addresses) _byAddress.Remove(address);
    }

    public bool TryFind(PeerAddress address, [MaybeNullWhen(false)] out MediaCall call, [MaybeNullWhen(false)] out IPEndPoint remote)
    {
        var isKnown = _byAddress.TryGetValue(address, out var known);
        (call, remote) = known;
        return isKnown;
    }

    public bool TryFind(ReadOnlySpan<byte> fragment, [MaybeNullWhen(false)] out MediaCall call)
    {
        call = null;
        Span<char> name = stackalloc char[64];
        if (fragment.IsEmpty || fragment.Length > name.Length) return false;
        for (var i = 0; i < fragment.Length; i++) name[i] = (char)fragment[i];
        return _byFragment.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(name[..fragment.Length], out call);
    }

    /// <summary>Lets checks with these credentials of ours find the call, beside those of the last generation.</summary>
    public void Name(MediaCall call, IceCredentials? local)
    {
        if (local is null || call.UsernameFragments.Contains(local.UsernameFragment)) return;
        call.UsernameFragments.Add(local.UsernameFragment);
        _byFragment[local.UsernameFragment] = call;
        if (call.UsernameFragments.Count <= 2) return;
        Unname(call, call.UsernameFragments[0]);
        call.UsernameFragments.RemoveAt(0);
    }

    /// <summary>
    /// A check of the call has proved the address. It is the call's from now on, unless it is another's that has not been
    /// nominated here: whoever saw a check pass can name the call, but takes no place from its browser.
    /// </summary>
    public void Claim(MediaCall call, PeerAddress address, IPEndPoint remote)
    {
        var isKnown = _byAddress.TryGetValue(address, out var known);
        if (known.Call == call || isKnown && !remote.Equals(call.Session.WebRtcRemote)) return;

        if (isKnown) known.Call.Addresses.Remove(address);
        if (call.Addresses.Count == MaximumAddresses) Forget(call);
        call.Addresses.Add(address);
        _byAddress[address] = (call, remote);
    }

    /// <summary>Gives up the call's oldest address that is not the one in use.</summary>
    private void Forget(MediaCall call)
    {
        var oldest = _byAddress[call.Addresses[0]].Remote.Equals(call.Session.WebRtcRemote) ? 1 : 0;
        _byAddress.Remove(call.Addresses[oldest]);
        call.Addresses.RemoveAt(oldest);
    }

    private void Unname(MediaCall call, string fragment)
    {
        if (_byFragment.TryGetValue(fragment, out var named) && named == call) _byFragment.Remove(fragment);
    }
}
