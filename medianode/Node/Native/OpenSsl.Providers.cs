using System.Runtime.InteropServices;

namespace Byon.MediaNode.Native;

/// <summary>What a provider within a program needs of OpenSSL 3 (provider(7), OSSL_LIB_CTX(3)). Numbers are those of core_dispatch.h.</summary>
internal static unsafe partial class OpenSsl
{
    public const int OperationDigest = 1;
    public const int OperationCipher = 2;
    public const int OperationMac = 3;
    public const int OperationKdf = 4;
    public const int OperationRandom = 5;
    public const int OperationKeyManagement = 10;
    public const int OperationKeyExchange = 11;
    public const int OperationSignature = 12;
    public const int OperationDecoder = 21;
    public const int Operations = 32;

    public const int ProviderQueryOperation = 1027;
    public const int ProviderGetCapabilities = 1030;

    [LibraryImport(Crypto)]
    public static partial nint OSSL_LIB_CTX_new();

    [LibraryImport(Crypto, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int OSSL_PROVIDER_add_builtin(nint context, string name, delegate* unmanaged<nint, nint, Dispatch**, nint*, int> initialise);

    [LibraryImport(Crypto, StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint OSSL_PROVIDER_load(nint context, string name);

    [LibraryImport(Crypto)]
    public static partial nint OSSL_PROVIDER_get0_provider_ctx(nint provider);

    /// <summary>An array that ends with an entry without a name; null where the provider has none of the kind.</summary>
    [LibraryImport(Crypto)]
    public static partial Algorithm* OSSL_PROVIDER_query_operation(nint provider, int operation, int* noCache);

    [LibraryImport(Crypto)]
    public static partial int OSSL_PROVIDER_get_capabilities(nint provider, byte* capability, nint callback, nint argument);

    [LibraryImport(Crypto)]
    public static partial int EVP_default_properties_is_fips_enabled(nint context);

    /// <summary>OSSL_ALGORITHM: texts end with a zero byte; names are separated by colons.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct Algorithm
    {
        public byte* Names;
        public byte* Properties;
        public nint Implementation;
        public byte* Description;
    }

    /// <summary>OSSL_DISPATCH: an array of functions by number ends with 0.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct Dispatch
    {
        public int Function;
        public nint Pointer;
    }
}
