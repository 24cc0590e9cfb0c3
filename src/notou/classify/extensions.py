"""The table of extensions: what a name says about the class of a file. Data only.

An extension stands under the class a person would look for it in. Program code, programs, system
files, archives and sound are ``other``: listing the frequent ones spares a look at the content.
What is in no list, or in AMBIGUOUS, is told by the whole name (name.py) or by the content.
"""

from __future__ import annotations

from notou.model import Lane

_WORDS: dict[Lane, str] = {
    # eSIM activation codes, boarding passes and cards as phones keep them
    Lane.WALLET: "lpa esim pkpass pkpasses pkpassarchive wallet_pass",
    # address books: exchange formats, then the databases of address book programs
    Lane.CONTACTS: "vcf vcard ldif contact abbu abcddb abcdp mab wab pab",
    Lane.CALENDARS: "ics ical ifb icalendar vcs icbu caldav hol",
    # single mails, mailboxes, mail programs' indexes, messengers' backups
    Lane.MESSAGES: (
        "eml emlx emlxpart msg mbox mbx mbs pst ost olm dbx msf oft crypt crypt1 crypt5 crypt6 "
        "crypt7 crypt8 crypt9 crypt10 crypt12 crypt14 crypt15 tgs nsf "
    ),
    Lane.DOCUMENTS: (
        "pdf ps eps xps oxps djvu djv doc docx docm dot dotx dotm xls xlsx xlsm xlsb xlt xltx xltm "
        "ppt pptx pptm pps ppsx pot potx vsd vsdx mpp one onetoc2 pub accdb mdb wps wpd wri works "
        "odt ods odp odg odf odb odc odm ott ots otp otg fodt fods fodp fodg sxw sxc sxi sxd pages "
        "numbers key gdoc gsheet gslides gdraw gform txt text rtf rtfd md markdown mdown rst adoc "
        "asciidoc org tex bib lyx typ epub mobi azw azw3 kfx fb2 cbz cbr lit csv tsv htm html xhtml "
        "mht mhtml webarchive "
        # where a journey went
        "gpx kml kmz tcx fit "
        # password vaults are among what nobody wants to lose
        "kdbx kdb psafe3 enpass 1pux opvault gnucash qif ofx qfx ynab mmb mny svg svgz ai afdesign "
        "drawio xmind mm vdx enex joplin jex xopp goodnotes "
    ),
    Lane.PHOTOS: (
        "jpg jpeg jpe jfif jif heic heif hif avif jxl jp2 j2k jpx jxr png apng gif webp bmp dib tif "
        "tiff dng arw srf sr2 cr2 cr3 crw nef nrw orf rw2 rwl raf pef ptx srw x3f 3fr fff iiq mef "
        "mos mrw kdc dcr erf gpr k25 raw insp psd psb xcf kra clip procreate afphoto pcx tga "
        # edits that belong to a picture
        "xmp aae pp3 thm lrcat lrtemplate "
    ),
    Lane.VIDEOS: (
        "mp4 m4v mov qt mkv webm avi wmv asf flv f4v 3gp 3g2 mpg mpeg mpe m1v m2v mpv vob tod m2ts "
        "ogv ogm divx rm rmvb insv lrv 360 braw mxf dv amv "
    ),
    Lane.OTHER: (
        # program code and what belongs to it
        "py pyc pyo pyi pyd pyx pxd ipynb c h cc cpp cxx hh hpp hxx inl s asm go rs rlib rmeta java "
        "class jar kt kts scala swift m mm2 cs vb fs js mjs cjs jsx tsx vue svelte coffee css scss "
        "sass less php phtml rb erb pl pm pod t lua tcl r jl hs lhs ml mli el elc clj ex exs erl "
        "beam f f90 d nim zig dart sql sh bash zsh fish ps1 psm1 bat cmd awk sed vim cmake mk mak "
        "am ac in m4 gradle map wasm proto thrift graphql po mo gmo qm ui glade snap lock sum toml "
        "yaml yml ini cfg conf config properties env json jsonl json5 ndjson xml xsl xslt xsd dtd "
        "rng plist strings manifest list tmpl j2 template diff patch rej orig gitignore "
        "gitattributes editorconfig npmignore eslintrc pack idx rev "
        # programs, libraries, what systems keep
        "so o a la lo obj lib dll exe sys com msi app dylib ko bin elf efi rom fw apk aab ipa deb "
        "rpm appimage flatpak desktop service socket timer target mount rules hwdb pc gir typelib "
        "vapi gresource cache pid log err out tmp temp swp swo bak old dump core crash pcap "
        # packed things, images of disks
        "gz tgz bz2 tbz xz txz zst lz lz4 lzma z tar cpio 7z rar cab iso dmg vhd vhdx vmdk vdi "
        "qcow2 squashfs "
        # sound
        "mp3 m4a m4b m4p aac flac wav aif aiff ogg oga opus wma ape mid midi amr caf alac mka m3u "
        "m3u8 pls cue "
        # fonts, icons, subtitles, three dimensions, certificates
        "ttf otf ttc woff woff2 pfb afm pcf bdf ico icns cur ani srt sub ass vtt stl 3mf step blend "
        "gcode crt cer der csr p12 pfx asc sig torrent part crdownload download "
    ),
}

LANE_BY_EXTENSION: dict[bytes, Lane] = {
    word.encode(): lane for lane, words in _WORDS.items() for word in words.split()
}
"""Extension in lower case, without the dot → class."""

AMBIGUOUS = frozenset(
    b"db db3 sqlite sqlite3 sqlitedb storedata xml zip json backup csv html dat ts mts mod".split()
)
"""Extensions under which several classes are found: the whole name is asked first, then, where no class
stands in the table for them, the content (TypeScript or a film, a messenger's database or any other)."""
