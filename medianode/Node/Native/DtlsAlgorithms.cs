using System.Runtime.InteropServices;

namespace Byon.MediaNode.Native;

/// <summary>
/// A library context of OpenSSL that has the algorithms of DTLS-SRTP and no others. OpenSSL 3 walks through all decoders and methods of
/// a context each time it reads the public key of a certificate, which is a fifth of what a handshake costs where they are several
/// hundred. A provider of our own shows a part of the default one, as the filter provider in OpenSSL's tests does.
/// </summary>
/// <remarks>One for the process, and never freed: endpoints and what they made may outlive whoever created them.</remarks>
internal static unsafe class DtlsAlgorithms
{
    private static readonly nint[] Tables = new nint[OpenSsl.Operations];
    private static nint _default;
    private static OpenSsl.Dispatch* _functions;

    /// <summary>
    /// An OSSL_LIB_CTX; 0, which libssl takes for its own context, where only validated algorithms may be used (FIPS), or where the
    /// provider could not be made.
    /// </summary>
    public static nint Context { get; } = OpenSsl.EVP_default_properties_is_fips_enabled(0) == 1 ? 0 : Create();

    private static nint Create()
    {
        // In a context of its own: what the rest of the process has loaded stays as it is.
        _default = OpenSsl.OSSL_PROVIDER_load(OpenSsl.OSSL_LIB_CTX_new(), "default");
        if (_default == 0) return 0;
        for (var operation = 0; operation < Tables.Length; operation++) Tables[operation] = (nint)Select(operation);
        _functions = (OpenSsl.Dispatch*)NativeMemory.AllocZeroed(3, (nuint)sizeof(OpenSsl.Dispatch));
        _functions[0] = new() { Function = OpenSsl.ProviderQueryOperation, Pointer = (nint)(delegate* unmanaged<nint, int, int*, nint>)&Query };
        _functions[1] = new() { Function = OpenSsl.ProviderGetCapabilities, Pointer = (nint)(delegate* unmanaged<nint, byte*, nint, nint, int>)&GetCapabilities };
        var context = OpenSsl.OSSL_LIB_CTX_new();
        return OpenSsl.OSSL_PROVIDER_add_builtin(context, "dtls", &Initialise) == 1 && OpenSsl.OSSL_PROVIDER_load(context, "dtls") != 0 ? context : 0;
    }

    /// <summary>The default provider's algorithms of one kind that are wanted; null for none.</summary>
    private static OpenSsl.Algorithm* Select(int operation)
    {
        int noCache;
        var all = OpenSsl.OSSL_PROVIDER_query_operation(_default, operation, &noCache);
        if (all == null) return null;
        List<OpenSsl.Algorithm> wanted = [];
        for (; all->Names != null; all++)
            if (IsWanted(operation, Text(all->Names).Split(':')[0], Text(all->Properties))) wanted.Add(*all);
        if (wanted.Count == 0) return null;
        var table = (OpenSsl.Algorithm*)NativeMemory.AllocZeroed((nuint)wanted.Count + 1, (nuint)sizeof(OpenSsl.Algorithm));
        for (var i = 0; i < wanted.Count; i++) table[i] = wanted[i];
        return table;
    }

    /// <summary>Our own certificate is one of P-256; those of browsers may be of RSA, other curves and Ed25519 as well.</summary>
    private static bool IsWanted(int operation, string name, string properties) => operation switch
    {
        OpenSsl.OperationDigest => name is "SHA1" or "SHA2-256" or "SHA2-384" or "SHA2-512",
        OpenSsl.OperationCipher => name is "AES-128-GCM" or "AES-256-GCM" or "ChaCha20-Poly1305",
        OpenSsl.OperationMac => name is "HMAC",
        OpenSsl.OperationKdf => name is "TLS1-PRF" or "HKDF" or "TLS13-KDF",
        OpenSsl.OperationRandom => name is "CTR-DRBG" or "SEED-SRC",
        OpenSsl.OperationKeyManagement => name is "EC" or "RSA" or "RSA-PSS" or "ED25519" or "X25519",
        OpenSsl.OperationKeyExchange => name is "ECDH" or "X25519",
        OpenSsl.OperationSignature => name is "ECDSA" or "RSA" or "ED25519",
        // The other structures are private keys, of which only ours is read.
        OpenSsl.OperationDecoder => properties.Contains("input=der", StringComparison.Ordinal)
            && (name is "EC" || name is "RSA" or "RSA-PSS" or "ED25519" && properties.Contains("SubjectPublicKeyInfo", StringComparison.Ordinal)),
        _ => false,
    };

    private static string Text(byte* text) => Marshal.PtrToStringUTF8((nint)text) ?? "";

    [UnmanagedCallersOnly]
    private static int Initialise(nint handle, nint core, OpenSsl.Dispatch** functions, nint* context)
    {
        *functions = _functions;
        // The algorithms are the default provider's, and get what it would give them.
        *context = OpenSsl.OSSL_PROVIDER_get0_provider_ctx(_default);
        return 1;
    }

    [UnmanagedCallersOnly]
    private static nint Query(nint context, int operation, int* noCache)
    {
        *noCache = 0;
        return operation >= 0 && operation < Tables.Length ? Tables[operation] : 0;
    }

    /// <summary>The groups of TLS.</summary>
    [UnmanagedCallersOnly]
    private static int GetCapabilities(nint context, byte* capability, nint callback, nint argument) =>
        OpenSsl.OSSL_PROVIDER_get_capabilities(_default, capability, callback, argument);
}
